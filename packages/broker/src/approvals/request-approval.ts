import { createHash, randomUUID } from 'node:crypto'
import {
  type ApprovalRequirement,
  approvalDigest,
  type CreateApprovalRequest,
  canonicalJson,
  type Decision,
  digestOf,
  SnowfenceError,
  type StatementSummary,
} from '@snowfence/core'
import type { Insertable, Kysely } from 'kysely'
import { addSeconds } from '../clock.ts'
import type { ApprovalsTable, Tables } from '../database/tables.ts'
import { findElevation } from '../leases/choose-role.ts'
import type { SessionRecord } from '../sessions/session.ts'
import { lockLiveSession } from '../sessions/session-store.ts'
import type { ApprovalContext } from './approval-context.ts'
import { approvalEvent } from './approval-event.ts'
import { type ApprovalRow, findApproval } from './approval-row.ts'
import { ABSENCE_SECONDS } from './attendance.ts'
import { assertReadable } from './readable-approval.ts'

/** @throws SnowfenceError when the broker's own decision is another one than that a person is needed. */
const requirementOf = (decision: Decision): ApprovalRequirement => {
  switch (decision.decision) {
    case 'allow':
      throw new SnowfenceError('ERR_APPROVAL_NOT_NEEDED')
    case 'deny': {
      const [first] = decision.reasons
      throw new SnowfenceError('ERR_STATEMENT_DENIED', {
        message: `the statement is denied, an approval cannot be asked for: ${first?.message ?? 'no rule permits it'}`,
        ...(first === undefined ? {} : { hint: first.hint }),
        details: { rules: decision.rules, reasons: decision.reasons },
      })
    }
    case 'needs-approval':
      if (decision.approval === null) throw new SnowfenceError('ERR_STATEMENT_DENIED')
      return decision.approval
    default:
      return decision.decision satisfies never
  }
}

/** The id that a session's own key stands for. No session can name the request of another one by it. */
const idOf = (session: SessionRecord, key: string): string => {
  const hash = createHash('sha256').update(`${session.id}/${key.toLowerCase()}`).digest()
  // RFC 9562: version 8 is for ids that are made in one's own way.
  hash[6] = (hash[6]! & 0x0f) | 0x80
  hash[8] = (hash[8]! & 0x3f) | 0x80
  const hex = hash.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20, 32)].join(
    '-',
  )
}

const readsOf = (summary: StatementSummary): string[] =>
  summary.status === 'analyzed' ? summary.reads.map(({ table }) => table) : []

const classifiedColumnsOf = (decision: Decision): string[] => [
  ...new Set(decision.columns.filter(({ classes }) => classes.length > 0).flatMap(({ sources }) => sources)),
]

/**
 * An open window of a time-boxed approval: measured from the approval, so a request under it inherits its end. A revocation
 * of the window that is under way is waited for, and one that comes later waits for the request, which it then ends too.
 */
const findWindow = (
  database: Kysely<Tables>,
  scopeDigest: string,
  now: Date,
): Promise<ApprovalRow | undefined> =>
  database
    .selectFrom('approvals')
    .selectAll()
    .where('scope_digest', '=', scopeDigest)
    .where('window_of', 'is', null)
    .where('valid_until', '>', now)
    .where('state', 'in', ['approved', 'claimed', 'executed', 'failed', 'indeterminate'])
    .orderBy('valid_until', 'desc')
    .forKeyShare()
    .executeTakeFirst()

const assertRoom = async (
  { config }: ApprovalContext,
  database: Kysely<Tables>,
  session: SessionRecord,
): Promise<void> => {
  const { count } = await database
    .selectFrom('approvals')
    .select(({ fn }) => fn.countAll().as('count'))
    .where('requester_issuer', '=', session.principal.issuer)
    .where('requester_subject', '=', session.principal.subject)
    .where('state', '=', 'pending')
    .executeTakeFirstOrThrow()
  if (Number(count) >= config.session.maxPendingApprovals) throw new SnowfenceError('ERR_APPROVAL_LIMIT')
}

/**
 * Asks people for an approval of one exact statement.
 *
 * The statement is analysed and judged here again, and the digest is computed here again: the request stands on
 * nothing that the client says about it.
 *
 * @throws SnowfenceError `ERR_APPROVAL_NOT_NEEDED`, `ERR_STATEMENT_DENIED`, `ERR_APPROVAL_ROLE_NOT_CONFIGURED`,
 * `ERR_APPROVAL_DIGEST_MISMATCH`, `ERR_APPROVAL_LIMIT`, `ERR_CATALOGUE_UNAVAILABLE`, `ERR_BROKER_ROW_DAMAGED`
 */
export const requestApproval = async (
  context: ApprovalContext,
  session: SessionRecord,
  request: CreateApprovalRequest,
): Promise<ApprovalRow> => {
  const { attendance, clock, config, judge, policy, signals, texts, trail } = context
  const { principal, purpose } = session
  const inForce = policy.current()
  const { summary, decision } = await judge.judge(session, request.statement, inForce)
  const requirement = requirementOf(decision)
  if (
    requirement.role !== null &&
    findElevation(config.snowflake.roles, principal, session.snowflakeUser, requirement.role) === undefined
  ) {
    throw new SnowfenceError('ERR_APPROVAL_ROLE_NOT_CONFIGURED')
  }
  const policyDigest = inForce.payload.digest
  const role = requirement.role ?? session.role
  const digest = approvalDigest({ statement: request.statement, role, policyDigest, principal, purpose })
  if (digest !== request.digest) throw new SnowfenceError('ERR_APPROVAL_DIGEST_MISMATCH')

  const id = request.key === undefined ? randomUUID() : idOf(session, request.key)
  const reads = readsOf(summary)
  const { issuer, subject } = principal
  const { rule, kind } = requirement
  const scopeDigest = digestOf(
    canonicalJson({ issuer, subject, purpose, rule, role, reads: [...reads].sort(), policyDigest }),
  )
  const requested = await trail.transact(async ({ transaction, record }) => {
    await lockLiveSession(transaction, session.id, clock())
    const before = request.key === undefined ? undefined : await findApproval(transaction, id)
    if (before?.digest === digest) return before
    if (before !== undefined) throw new SnowfenceError('ERR_APPROVAL_DIGEST_MISMATCH')
    await assertRoom(context, transaction, session)
    const now = clock()
    const window = kind === 'time-boxed' ? await findWindow(transaction, scopeDigest, now) : undefined
    if (window !== undefined) assertReadable(window)
    const row: Insertable<ApprovalsTable> = {
      id,
      state: window === undefined ? 'pending' : 'approved',
      session_id: session.id,
      window_of: window?.id ?? null,
      requester_issuer: issuer,
      requester_subject: subject,
      requester_people: JSON.stringify(session.people),
      purpose,
      agent_id: session.agent.id,
      sealed_agent_task: texts.sealTask(id, session.agent.task ?? null),
      digest,
      policy_digest: policyDigest,
      scope_digest: scopeDigest,
      requirement: JSON.stringify(requirement),
      role: requirement.role,
      text: summary.text,
      reads: JSON.stringify(reads),
      classified_columns: JSON.stringify(classifiedColumnsOf(decision)),
      sealed_statement: window === undefined ? texts.sealStatement(id, request.statement) : null,
      sealed_reason: texts.sealReason(id, request.reason),
      uses_left: 1,
      created_at: now,
      deadline_at: addSeconds(now, requirement.deadlineSeconds),
      approved_at: window?.approved_at ?? null,
      valid_until: window?.valid_until ?? null,
      attended_until: request.attended && window === undefined ? addSeconds(now, ABSENCE_SECONDS) : null,
      claimed_at: null,
      claimed_by_session: null,
      claim_key: null,
      settle_by: null,
      ended_at: null,
      query_id: null,
      traceparent: request.traceparent ?? null,
    }
    await transaction.insertInto('approvals').values(row).execute()
    const stored = await findApproval(transaction, id)
    if (stored === undefined) throw new Error('an approval that was stored is not there')
    record(approvalEvent('approval.requested', stored))
    if (window !== undefined) record(approvalEvent('approval.approved', stored))
    return stored
  })
  // After the commit: a look that comes between would not find it.
  if (requested.attended_until !== null) attendance.mayBeAttended = true
  signals.tell(id)
  return requested
}
