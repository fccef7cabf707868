import {
  type Approval,
  type ApprovalState,
  type ClaimApprovalRequest,
  type ClaimApprovalResponse,
  type CreateApprovalRequest,
  SnowfenceError,
} from '@snowfence/core'
import { addSeconds } from '../clock.ts'
import type { SessionRecord } from '../sessions/session.ts'
import type { ApprovalContext } from './approval-context.ts'
import { findApproval } from './approval-row.ts'
import { ABSENCE_SECONDS } from './attendance.ts'
import { claimApproval } from './claim-approval.ts'
import { type Answer, decideApproval } from './decide-approval.ts'
import { endOverdueApprovals } from './end-approvals.ts'
import { readableBy } from './readable-approvals.ts'
import { requestApproval } from './request-approval.ts'
import { settleApproval } from './settle-approval.ts'
import { type ApprovalReader, mayRead, type Person, showApproval } from './show-approval.ts'
import { cancelApproval, revokeApproval } from './withdraw-approval.ts'

/** How often a waiting read looks for a change that another replica made. */
const LOOK_AGAIN_MS = 500
const MAX_LISTED = 200

export interface ApprovalWait {
  readonly while: ApprovalState
  readonly seconds: number
  readonly signal: AbortSignal
}

/** Approval requests, from the question to its end. Each answer is as its reader may see it. */
export interface ApprovalService {
  request(session: SessionRecord, request: CreateApprovalRequest): Promise<Approval>
  /** Waits while the request is in a state, at most for this long, then answers with what there is. */
  read(id: string, reader: ApprovalReader, wait: ApprovalWait): Promise<Approval>
  list(state: ApprovalState | undefined, reader: ApprovalReader): Promise<Approval[]>
  decide(reviewer: Person, id: string, answer: Answer): Promise<Approval>
  claim(session: SessionRecord, id: string, request: ClaimApprovalRequest): Promise<ClaimApprovalResponse>
  settle(
    session: SessionRecord,
    id: string,
    settlement: { readonly outcome: 'executed' | 'failed'; readonly queryId: string | null },
  ): Promise<Approval>
  cancel(session: SessionRecord, id: string): Promise<Approval>
  revoke(person: Person, id: string): Promise<Approval>
}

export const createApprovalService = (context: ApprovalContext): ApprovalService => {
  const { attendance, clock, config, database, signals } = context

  const readRow = async (id: string, reader: ApprovalReader) => {
    // A deadline holds at the moment it passes, also when the sweep has not come round yet.
    await endOverdueApprovals(context)
    const row = await findApproval(database, id)
    if (row === undefined || !mayRead(context, row, reader))
      throw new SnowfenceError('ERR_APPROVAL_NOT_FOUND')
    return row
  }

  /** The agent of a request waits for it for so long, and then has a moment to ask again. */
  const noteAttendance = (id: string, seconds: number): void =>
    attendance.note(id, addSeconds(clock(), seconds + ABSENCE_SECONDS))

  const asSession = (session: SessionRecord): ApprovalReader => ({ kind: 'session', session })
  const asPerson = (person: Person): ApprovalReader => ({ kind: 'person', ...person })
  const plain = { withStatement: false }

  return {
    async request(session, request) {
      const row = await requestApproval(context, session, request)
      return showApproval(context, row, asSession(session), plain)
    },
    async read(id, reader, { while: state, seconds, signal }) {
      const until = performance.now() + seconds * 1000
      let isNoted = false
      for (;;) {
        const row = await readRow(id, reader)
        const left = until - performance.now()
        const isAttended = seconds > 0 && reader.kind === 'session' && row.attended_until !== null
        if (isAttended && (!isNoted || signal.aborted)) noteAttendance(id, signal.aborted ? 0 : seconds)
        isNoted = true
        if (row.state !== state || left <= 0 || signal.aborted) {
          return showApproval(context, row, reader, { withStatement: true })
        }
        await signals.wait(id, Math.min(left, LOOK_AGAIN_MS), signal)
      }
    },
    async list(state, reader) {
      await endOverdueApprovals(context)
      let query = readableBy(database, reader, config.groups.auditors)
        .orderBy('created_at', 'desc')
        .limit(MAX_LISTED)
      if (state !== undefined) query = query.where('state', '=', state)
      const rows = (await query.execute()).filter((row) => mayRead(context, row, reader))
      return Promise.all(rows.map((row) => showApproval(context, row, reader, plain)))
    },
    async decide(reviewer, id, answer) {
      await endOverdueApprovals(context)
      const row = await decideApproval(context, reviewer, id, answer)
      return showApproval(context, row, asPerson(reviewer), plain)
    },
    async claim(session, id, request) {
      const { row, lease } = await claimApproval(context, session, id, request)
      return { approval: await showApproval(context, row, asSession(session), plain), lease }
    },
    async settle(session, id, settlement) {
      const row = await settleApproval(context, session, id, settlement)
      return showApproval(context, row, asSession(session), plain)
    },
    async cancel(session, id) {
      const row = await cancelApproval(context, session, id)
      return showApproval(context, row, asSession(session), plain)
    },
    async revoke(person, id) {
      const row = await revokeApproval(context, person, id)
      return showApproval(context, row, asPerson(person), plain)
    },
  }
}
