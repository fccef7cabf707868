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
import { type ApprovalRead, createApprovalReads } from './approval-reads.ts'
import { ABSENCE_SECONDS } from './attendance.ts'
import { claimApproval } from './claim-approval.ts'
import { type Answer, decideApproval } from './decide-approval.ts'
import { endOverdueApprovals, isOverdue } from './end-approvals.ts'
import { type ApprovalPage, listApprovals, type PageRequest } from './list-approvals.ts'
import { assertReadable } from './readable-approval.ts'
import { requestApproval } from './request-approval.ts'
import { settleApproval } from './settle-approval.ts'
import { type ApprovalReader, mayRead, type Person, showApproval } from './show-approval.ts'
import { cancelApproval, revokeApproval } from './withdraw-approval.ts'

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
  list(page: PageRequest, reader: ApprovalReader): Promise<ApprovalPage>
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

/** `exclusive`: whether no other broker can change these requests. */
export const createApprovalService = (context: ApprovalContext, exclusive: boolean): ApprovalService => {
  const { attendance, clock, database, signals } = context
  const readApproval = createApprovalReads(
    database,
    exclusive ? (follower) => signals.follow(follower) : null,
  )

  const read = async (id: string, reader: ApprovalReader) => {
    let found = await readApproval(id)
    // A deadline holds at the moment it passes, also when the sweep has not come round yet.
    if (found !== undefined && isOverdue(found.row, clock())) {
      await endOverdueApprovals(context)
      found = await readApproval(id)
    }
    // Whose request it is stands in columns of its own. Who else may read it, a damaged row does not say.
    if (found !== undefined && reader.kind === 'person') assertReadable(found.row)
    if (found === undefined || !mayRead(context, found.row, reader))
      throw new SnowfenceError('ERR_APPROVAL_NOT_FOUND')
    return found
  }

  /** Agents that one change wakes are all shown the same: it is put together once for each read. */
  const shown = new WeakMap<ApprovalRead, Promise<Approval>>()
  const showOnce = (read: ApprovalRead, reader: ApprovalReader): Promise<Approval> => {
    const show = (): Promise<Approval> =>
      showApproval(context, read.row, reader, { withStatement: true, decisions: read.decisions })
    if (reader.kind !== 'session') return show()
    const known = shown.get(read) ?? show()
    shown.set(read, known)
    return known
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
      // Before the first look, so that no change falls between looking and waiting.
      const waiter = signals.listen(id)
      let isNoted = false
      try {
        for (;;) {
          const found = await read(id, reader)
          const { row } = found
          const left = until - performance.now()
          const isAttended = seconds > 0 && reader.kind === 'session' && row.attended_until !== null
          if (isAttended && (!isNoted || signal.aborted)) noteAttendance(id, signal.aborted ? 0 : seconds)
          isNoted = true
          if (row.state !== state || left <= 0 || signal.aborted) {
            return await showOnce(found, reader)
          }
          await waiter.next(left, signal)
        }
      } finally {
        waiter.end()
      }
    },
    list: (page, reader) => listApprovals(context, page, reader),
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
