import { type Principal, SnowfenceError } from '@snowfence/core'
import { approverRefusal, isSamePerson } from '@snowfence/policy'
import { addSeconds } from '../clock.ts'
import type { ApprovalContext } from './approval-context.ts'
import { approvalEvent } from './approval-event.ts'
import { type ApprovalRow, type DecisionRow, findApproval, readDecisions } from './approval-row.ts'
import { isQuorumReached } from './quorum.ts'
import {
  assertDecisionsReadable,
  assertReadable,
  openComment,
  openDeclared,
  openStatement,
} from './readable-approval.ts'
import { notEligible, type Person } from './show-approval.ts'
import { stateError } from './state-error.ts'

export interface Answer {
  readonly decision: 'approve' | 'reject'
  readonly comment: string | null
  /** Digest of what the person was shown. */
  readonly seenDigest: string
}

/** The request's row is locked, so no other answer comes between. */
const assertNotDecidedBy = (reviewer: Person, decisions: readonly DecisionRow[]): void => {
  if (!decisions.some(({ people }) => isSamePerson(people, reviewer.people))) return
  throw new SnowfenceError('ERR_APPROVAL_STATE', { message: 'this person has decided the request before' })
}

/**
 * Nobody decides what cannot be shown any more: what a person saw before may be something else.
 *
 * @throws SnowfenceError `ERR_BROKER_ROW_DAMAGED`
 */
const assertOpens = (
  { texts }: ApprovalContext,
  row: ApprovalRow,
  decisions: readonly DecisionRow[],
): void => {
  assertDecisionsReadable(decisions)
  for (const decision of decisions) openComment(texts, decision)
  openDeclared(texts, row)
  // A pending request has a statement: without one its row is damaged, too.
  openStatement(texts, row.id, row.sealed_statement ?? '')
}

/** Issuer and subject, as records name a person: neither is unique alone. */
const nameOf = ({ issuer, subject }: Pick<Principal, 'issuer' | 'subject'>): string => `${issuer}#${subject}`

/**
 * Records one person's answer, and the request's end when it decides.
 *
 * @throws SnowfenceError `ERR_APPROVAL_NOT_FOUND`, `ERR_APPROVAL_NOT_ELIGIBLE`, `ERR_APPROVAL_STATE`,
 * `ERR_APPROVAL_DIGEST_MISMATCH`, `ERR_BROKER_ROW_DAMAGED`
 */
export const decideApproval = async (
  context: ApprovalContext,
  reviewer: Person,
  id: string,
  answer: Answer,
): Promise<ApprovalRow> => {
  const { clock, revocations, signals, texts, trail } = context
  const decided = await trail.transact(async ({ transaction, record }) => {
    // First, as where sessions are renewed: two who lock in different orders wait for each other.
    const isKeptOut = await revocations.readIn(transaction)
    const now = clock()
    const { principal } = reviewer
    const row = await findApproval(transaction, id, true)
    if (row === undefined) throw new SnowfenceError('ERR_APPROVAL_NOT_FOUND')
    assertReadable(row)
    const reason = approverRefusal(row.requirement, row.requester_people, {
      groups: principal.groups,
      people: reviewer.people,
    })
    if (reason !== null) throw notEligible(context, row, reviewer, reason)
    if (row.state !== 'pending') throw stateError(row.state)
    if (row.deadline_at <= now) throw stateError('expired')
    if (answer.seenDigest !== row.digest) throw new SnowfenceError('ERR_APPROVAL_DIGEST_MISMATCH')
    const before = await readDecisions(transaction, row)
    assertOpens(context, row, before)
    assertNotDecidedBy(reviewer, before)
    await transaction
      .insertInto('approval_decisions')
      .values({
        approval_id: id,
        issuer: principal.issuer,
        subject: principal.subject,
        people: JSON.stringify(reviewer.people),
        decision: answer.decision,
        sealed_comment: texts.sealComment(id, answer.comment),
        seen_digest: answer.seenDigest,
        at: now,
      })
      .execute()
    record(approvalEvent('approval.decided', row, { by: principal }))
    const decisions = await readDecisions(transaction, row)
    const approvals = decisions.filter(({ decision }) => decision === 'approve')
    const isRejected = answer.decision === 'reject'
    if (!isRejected && !isQuorumReached(row, approvals, isKeptOut)) return row
    const ended = await transaction
      .updateTable('approvals')
      .set(
        isRejected
          ? { state: 'rejected', ended_at: now, sealed_statement: null }
          : {
              state: 'approved',
              approved_at: now,
              valid_until: addSeconds(now, row.requirement.validForSeconds),
              sealed_statement: null,
            },
      )
      .where('id', '=', id)
      .where('state', '=', 'pending')
      .returningAll()
      .executeTakeFirstOrThrow()
    record(
      approvalEvent(isRejected ? 'approval.rejected' : 'approval.approved', ended, {
        by: principal,
        approvers: isRejected ? [nameOf(principal)] : approvals.map(nameOf),
      }),
    )
    return ended
  })
  signals.tell(id)
  return decided
}
