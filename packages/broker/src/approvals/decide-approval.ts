import { type Principal, SnowfenceError } from '@snowfence/core'
import { approverRefusal } from '@snowfence/policy'
import { addSeconds } from '../clock.ts'
import type { ApprovalContext } from './approval-context.ts'
import { approvalEvent, requesterOf } from './approval-event.ts'
import { type ApprovalRow, findApproval, readDecisions } from './approval-row.ts'
import { stateError } from './state-error.ts'

export interface Answer {
  readonly decision: 'approve' | 'reject'
  readonly comment: string | null
  /** Digest of what the person was shown. */
  readonly seenDigest: string
}

/** The quorum is reached when enough different people approve; the key of the table keeps one answer per person. */
const isQuorumReached = (row: ApprovalRow, approvals: number): boolean => approvals >= row.requirement.quorum

/** Issuer and subject, as records name a person: neither is unique alone. */
const nameOf = ({ issuer, subject }: Pick<Principal, 'issuer' | 'subject'>): string => `${issuer}#${subject}`

/**
 * Records one person's answer, and the request's end when it decides.
 *
 * @throws SnowfenceError `ERR_APPROVAL_NOT_FOUND`, `ERR_APPROVAL_NOT_ELIGIBLE`, `ERR_APPROVAL_STATE`,
 * `ERR_APPROVAL_DIGEST_MISMATCH`
 */
export const decideApproval = async (
  { clock, signals, texts, trail }: ApprovalContext,
  reviewer: Principal,
  id: string,
  answer: Answer,
): Promise<ApprovalRow> => {
  const decided = await trail.transact(async ({ transaction, record }) => {
    const now = clock()
    const row = await findApproval(transaction, id, true)
    if (row === undefined) throw new SnowfenceError('ERR_APPROVAL_NOT_FOUND')
    const reason = approverRefusal(row.requirement, requesterOf(row), reviewer)
    if (reason !== null) throw new SnowfenceError('ERR_APPROVAL_NOT_ELIGIBLE', { details: { reason } })
    if (row.state !== 'pending') throw stateError(row.state)
    if (row.deadline_at <= now) throw stateError('expired')
    if (answer.seenDigest !== row.digest) throw new SnowfenceError('ERR_APPROVAL_DIGEST_MISMATCH')
    const inserted = await transaction
      .insertInto('approval_decisions')
      .values({
        approval_id: id,
        issuer: reviewer.issuer,
        subject: reviewer.subject,
        decision: answer.decision,
        sealed_comment: texts.sealComment(id, answer.comment),
        seen_digest: answer.seenDigest,
        at: now,
      })
      .onConflict((conflict) => conflict.doNothing())
      .returning('approval_id')
      .executeTakeFirst()
    if (inserted === undefined) {
      throw new SnowfenceError('ERR_APPROVAL_STATE', {
        message: 'this identity has decided the request before',
      })
    }
    record(approvalEvent('approval.decided', row, { by: reviewer }))
    const decisions = await readDecisions(transaction, row)
    const approvers = decisions.filter(({ decision }) => decision === 'approve').map(nameOf)
    const isRejected = answer.decision === 'reject'
    if (!isRejected && !isQuorumReached(row, approvers.length)) return row
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
        by: reviewer,
        approvers: isRejected ? [nameOf(reviewer)] : approvers,
      }),
    )
    return ended
  })
  signals.tell(id)
  return decided
}
