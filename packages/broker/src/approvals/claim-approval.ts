import { type ClaimApprovalRequest, type Lease, SnowfenceError } from '@snowfence/core'
import { isSamePerson } from '@snowfence/policy'
import type { Transaction } from 'kysely'
import { addSeconds } from '../clock.ts'
import type { Tables } from '../database/tables.ts'
import { findElevation } from '../leases/choose-role.ts'
import { leaseLifeSeconds } from '../leases/lease-life.ts'
import { recordLease } from '../leases/record-lease.ts'
import type { SessionRecord } from '../sessions/session.ts'
import { lockLiveSession } from '../sessions/session-store.ts'
import type { ApprovalContext } from './approval-context.ts'
import { approvalEvent, isRequester } from './approval-event.ts'
import { type ApprovalRow, type DecisionRow, findApproval, readDecisions } from './approval-row.ts'
import { isQuorumReached } from './quorum.ts'
import { assertDecisionsReadable, assertReadable, openComment, openDeclared } from './readable-approval.ts'
import type { SealedTexts } from './sealed-texts.ts'
import { stateError } from './state-error.ts'

export interface Claim {
  readonly row: ApprovalRow
  readonly lease: Lease | null
}

/** Why the claim did not succeed. Another principal's request looks like none. */
const explainRefusal = (
  row: ApprovalRow | undefined,
  session: SessionRecord,
  digest: string,
  now: Date,
): SnowfenceError => {
  if (row === undefined || !isRequester(row, session.principal))
    return new SnowfenceError('ERR_APPROVAL_NOT_FOUND')
  if (row.state !== 'approved') return stateError(row.state)
  if (row.valid_until === null || row.valid_until <= now) return stateError('expired')
  if (row.digest !== digest) return new SnowfenceError('ERR_APPROVAL_DIGEST_MISMATCH')
  return new SnowfenceError('ERR_APPROVAL_DIGEST_MISMATCH', {
    message: 'the policy or the purpose has changed since the approval was given',
  })
}

/** The decisions that the claim rests on. A damaged row does not say who approved, and could not be answered with. */
const readApprovers = async (
  transaction: Transaction<Tables>,
  row: ApprovalRow,
  texts: SealedTexts,
): Promise<DecisionRow[]> => {
  assertReadable(row)
  openDeclared(texts, row)
  const decisions = await readDecisions(transaction, row)
  assertDecisionsReadable(decisions)
  for (const decision of decisions) openComment(texts, decision)
  return decisions.filter(({ decision }) => decision === 'approve')
}

/** Another session of the requester may claim, but not one whose token names somebody who approved. */
const assertNotOwnApproval = (approvers: readonly DecisionRow[], { people }: SessionRecord): void => {
  if (!approvers.some((approver) => isSamePerson(approver.people, people))) return
  throw new SnowfenceError('ERR_APPROVAL_NOT_ELIGIBLE', { details: { reason: 'is-approver' } })
}

/** The answer of somebody who was revoked since is not relied on: it can be that of a thief. */
const assertApproversAdmitted = (
  row: ApprovalRow,
  approvers: readonly DecisionRow[],
  isKeptOut: (people: DecisionRow['people']) => boolean,
): void => {
  if (isQuorumReached(row, approvers, isKeptOut)) return
  throw new SnowfenceError('ERR_APPROVAL_STATE', {
    message: 'somebody who approved the request was revoked since',
    details: { reason: 'approver-revoked' },
  })
}

/** Whether this is a claim that succeeded before, asked for again because its answer was lost. */
const isSameClaim = (
  row: ApprovalRow,
  session: SessionRecord,
  { digest, key }: ClaimApprovalRequest,
  { now, policyDigest }: { readonly now: Date; readonly policyDigest: string },
): boolean =>
  key !== undefined &&
  row.claim_key === key.toLowerCase() &&
  row.claimed_by_session === session.id &&
  row.state === 'claimed' &&
  row.digest === digest &&
  row.policy_digest === policyDigest &&
  row.valid_until !== null &&
  row.valid_until > now &&
  row.settle_by !== null &&
  row.settle_by > now

/**
 * How long the lease of a claim lives: what runs under an approval ends with it, and before the broker takes the outcome
 * for unknown. In whole seconds.
 *
 * @throws SnowfenceError `ERR_APPROVAL_STATE` when less than a second is left
 */
const elevatedLifeSeconds = (row: ApprovalRow, session: SessionRecord, leaseSeconds: number, now: Date) => {
  const ends = [session.expiresAt, row.valid_until, row.settle_by].filter((end) => end !== null)
  const end = new Date(Math.min(...ends.map((each) => each.getTime())))
  if (end.getTime() - now.getTime() < 1000) throw stateError('expired')
  return leaseLifeSeconds(leaseSeconds, end, now)
}

/**
 * Spends an approval and hands out the elevated lease, when the requirement names a role.
 *
 * The answer of somebody who was revoked since does not count. One conditional UPDATE decides: of any number of claimers, on
 * any number of replicas, one succeeds. The lease is signed before the transaction commits and handed out after it; a crash between leaves a claim, never a second use.
 * The same claim, by its key, is answered again with a lease of its own.
 *
 * @throws SnowfenceError `ERR_APPROVAL_NOT_FOUND`, `ERR_APPROVAL_STATE`, `ERR_APPROVAL_DIGEST_MISMATCH`,
 * `ERR_APPROVAL_NOT_ELIGIBLE`, `ERR_APPROVAL_ROLE_NOT_CONFIGURED`, `ERR_SESSION_NOT_FOUND`, `ERR_BROKER_ROW_DAMAGED`
 */
export const claimApproval = async (
  { clock, config, credentials, policy, revocations, signals, texts, trail }: ApprovalContext,
  session: SessionRecord,
  id: string,
  { digest, key }: ClaimApprovalRequest,
): Promise<Claim> => {
  const claim = await trail.transact(async (step) => {
    const { transaction, record } = step
    const now = clock()
    const { digest: policyDigest } = policy.current().payload
    // First, as where sessions are renewed: two who lock in different orders wait for each other.
    const isKeptOut = await revocations.readIn(transaction)
    await lockLiveSession(transaction, session.id, now)
    const spent = await transaction
      .updateTable('approvals')
      .set(({ eb }) => ({
        state: 'claimed' as const,
        uses_left: eb('uses_left', '-', 1),
        claimed_at: now,
        claimed_by_session: session.id,
        settle_by: addSeconds(now, config.session.leaseSeconds),
        claim_key: key ?? null,
      }))
      .where('id', '=', id)
      .where('state', '=', 'approved')
      .where('digest', '=', digest)
      .where('policy_digest', '=', policyDigest)
      .where('valid_until', '>', now)
      .where('uses_left', '>', 0)
      .where('requester_issuer', '=', session.principal.issuer)
      .where('requester_subject', '=', session.principal.subject)
      .where('purpose', '=', session.purpose)
      .returningAll()
      .executeTakeFirst()
    const row = spent ?? (await findApproval(transaction, id))
    const isTaken =
      spent !== undefined ||
      (row !== undefined && isSameClaim(row, session, { digest, key }, { now, policyDigest }))
    if (row === undefined || !isTaken) throw explainRefusal(row, session, digest, now)
    const approvers = await readApprovers(transaction, row, texts)
    assertNotOwnApproval(approvers, session)
    assertApproversAdmitted(row, approvers, isKeptOut)
    if (spent !== undefined) record(approvalEvent('approval.claimed', row))
    if (row.role === null) return { row, lease: null }
    const { roles } = config.snowflake
    const elevation = findElevation(roles, session.principal, session.snowflakeUser, row.role)
    if (elevation === undefined) throw new SnowfenceError('ERR_APPROVAL_ROLE_NOT_CONFIGURED')
    const lease = await credentials.issue({
      user: session.snowflakeUser,
      role: row.role,
      warehouse: session.warehouse,
      // The clock is read again: locks may have been waited for.
      lifeSeconds: elevatedLifeSeconds(row, session, config.session.leaseSeconds, clock()),
    })
    await recordLease(step, {
      session,
      lease,
      approvalId: id,
      issuedAt: now,
      traceparent: row.traceparent ?? undefined,
    })
    return { row, lease }
  })
  signals.tell(id)
  return claim
}
