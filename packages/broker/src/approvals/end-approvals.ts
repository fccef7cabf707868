import { type Expression, type ExpressionBuilder, type SqlBool, sql } from 'kysely'
import type { Tables } from '../database/tables.ts'
import type { SessionRecord } from '../sessions/session.ts'
import type { BrokerEventName } from '../trail/broker-event.ts'
import type { TrailStep } from '../trail/trail.ts'
import type { ApprovalContext } from './approval-context.ts'
import { approvalEvent } from './approval-event.ts'
import type { ApprovalRow } from './approval-row.ts'

interface Ending {
  readonly from: 'pending' | 'approved' | 'claimed' | 'indeterminate'
  readonly to: 'expired' | 'cancelled' | 'revoked' | 'indeterminate'
  readonly event: Extract<BrokerEventName, `approval.${string}`>
  readonly where: (eb: ExpressionBuilder<Tables, 'approvals'>) => Expression<SqlBool>
  /** Leave alone what somebody is changing at this moment: the next round sees what became of it. */
  readonly skipBusy?: boolean
}

/** Moves every request that an ending is for, with a record of each. Gives their ids. */
const end = async (
  { transaction, record }: TrailStep,
  now: Date,
  endings: readonly Ending[],
): Promise<string[]> => {
  const ids: string[] = []
  for (const { from, to, event, where, skipBusy = false } of endings) {
    const rows = await transaction
      .updateTable('approvals')
      .set({ state: to, ended_at: now, sealed_statement: null })
      .where('id', 'in', (eb) => {
        // In one order, so that two who end many at once do not wait for each other.
        const ids = eb
          .selectFrom('approvals')
          .select('id')
          .where('state', '=', from)
          .where(where)
          .orderBy('id')
          .forUpdate()
        return skipBusy ? ids.skipLocked() : ids
      })
      .returningAll()
      .execute()
    for (const row of rows) {
      record(approvalEvent(event, row))
      ids.push(row.id)
    }
  }
  return ids
}

/** Requests whose time is over: nobody decided, nobody claimed, nobody settled. */
const overdue = (now: Date): Ending[] => [
  {
    from: 'pending',
    to: 'expired',
    event: 'approval.expired',
    where: (eb) => eb('deadline_at', '<=', now),
    skipBusy: true,
  },
  {
    from: 'approved',
    to: 'expired',
    event: 'approval.expired',
    where: (eb) => eb('valid_until', '<=', now),
    skipBusy: true,
  },
  {
    from: 'claimed',
    to: 'indeterminate',
    event: 'approval.indeterminate',
    where: (eb) => eb('settle_by', '<=', now),
    skipBusy: true,
  },
]

/** Whether a request is past the moment at which it ends by itself. */
export const isOverdue = (
  { state, deadline_at, valid_until, settle_by }: ApprovalRow,
  now: Date,
): boolean => {
  const ends = { pending: deadline_at, approved: valid_until, claimed: settle_by } as Record<
    string,
    Date | null
  >
  const end = ends[state] ?? null
  return end !== null && end <= now
}

/** Ends what is overdue. Cheap when there is nothing. */
export const endOverdueApprovals = async ({
  clock,
  database,
  signals,
  trail,
}: ApprovalContext): Promise<void> => {
  const now = clock()
  const found = await database
    .selectFrom('approvals')
    .select('id')
    .where((eb) => eb.or(overdue(now).map(({ from, where }) => eb.and([eb('state', '=', from), where(eb)]))))
    .limit(1)
    .executeTakeFirst()
  if (found === undefined) return
  const ids = await trail.transact((step) => end(step, now, overdue(now)))
  for (const id of ids) signals.tell(id)
}

/**
 * Withdraws requests whose agents waited and do so no longer: a person would decide about a statement that never runs.
 * Stores the signs of life of this broker's own agents before.
 */
export const endUnattendedApprovals = async (context: ApprovalContext): Promise<void> => {
  const { attendance, clock, database, signals, trail } = context
  const now = clock()
  await attendance.store(database)
  const isTrusted = attendance.isTrusted(now)
  if (!attendance.isDue(now)) return
  const unattended: Ending = {
    from: 'pending',
    to: 'cancelled',
    event: 'approval.withdrawn',
    where: (eb) => eb('attended_until', '<=', now),
    skipBusy: true,
  }
  try {
    attendance.mayBeAttended = false
    const { first } = await database
      .selectFrom('approvals')
      .select(({ fn }) => fn.min('attended_until').as('first'))
      .where('state', '=', 'pending')
      .where('attended_until', 'is not', null)
      .executeTakeFirstOrThrow()
    if (first === null) return
    attendance.mayBeAttended = true
    attendance.lookAgainAt(first, now)
    if (!isTrusted || first > now) return
    for (const id of await trail.transact((step) => end(step, now, [unattended]))) signals.tell(id)
  } catch (error) {
    attendance.mayBeAttended = true
    attendance.interrupt()
    throw error
  }
}

const revoking = (states: readonly Ending['from'][], where: Ending['where']): Ending[] =>
  states.map((from) => ({ from, to: 'revoked', event: 'approval.revoked', where }))

/** Approvals that statements of a session run under. */
const runningOf = (session: SessionRecord): Ending[] =>
  revoking(['claimed', 'indeterminate'], (eb) => eb('claimed_by_session', '=', session.id))

/** Closes the windows that a session opened and that no state says is open: the statement that opened them has ended. */
const closeWindowsOf = async (
  { transaction, record }: TrailStep,
  session: SessionRecord,
  now: Date,
): Promise<string[]> => {
  const rows = await transaction
    .updateTable('approvals')
    .set({ valid_until: now })
    .where('id', 'in', (eb) =>
      // Held against requests under the window that are being made.
      eb
        .selectFrom('approvals')
        .select('id')
        .where('session_id', '=', session.id)
        .where('state', 'in', ['executed', 'failed'])
        .where('window_of', 'is', null)
        .where('valid_until', '>', now)
        .where(sql<boolean>`requirement->>'kind' is distinct from 'one-time'`)
        .orderBy('id')
        .forUpdate(),
    )
    .returningAll()
    .execute()
  for (const row of rows) record(approvalEvent('approval.revoked', row))
  return rows.map(({ id }) => id)
}

/** Approvals under the windows that a session opened, whichever session of its principal asked for them. */
const underWindowsOf = (session: SessionRecord): Ending[] =>
  revoking(['approved', 'claimed', 'indeterminate'], (eb) =>
    eb('window_of', 'in', (inner) =>
      inner
        .selectFrom('approvals as windows')
        .select('windows.id')
        .where('windows.session_id', '=', session.id)
        .where('windows.window_of', 'is', null),
    ),
  )

/** The agent is gone or was revoked: what it asked for and has not used is over. Part of the session's own end. */
export const endApprovalsOfSession = async (
  step: TrailStep,
  session: SessionRecord,
  kind: 'closed' | 'revoked',
  now: Date,
): Promise<string[]> => {
  const closed = kind === 'revoked' ? await closeWindowsOf(step, session, now) : []
  const ended = await end(step, now, [
    {
      from: 'pending',
      to: 'cancelled',
      event: 'approval.cancelled',
      where: (eb) => eb('session_id', '=', session.id),
    },
    {
      from: 'approved',
      to: kind === 'revoked' ? 'revoked' : 'cancelled',
      event: kind === 'revoked' ? 'approval.revoked' : 'approval.cancelled',
      where: (eb) => eb('session_id', '=', session.id),
    },
    // Last: the windows are held by then, so no request under one of them is being made.
    ...(kind === 'revoked' ? [...runningOf(session), ...underWindowsOf(session)] : []),
  ])
  return [...closed, ...ended]
}

/** An approval is bound to the policy it was asked under. With another one in force it could never be claimed. */
export const endApprovalsOfOtherPolicies = async (context: ApprovalContext): Promise<void> => {
  const { clock, policy, signals, trail } = context
  const { digest } = policy.current().payload
  const ids = await trail.transact((step) =>
    end(step, clock(), [
      {
        from: 'pending',
        to: 'cancelled',
        event: 'approval.cancelled',
        where: (eb) => eb('policy_digest', '!=', digest),
      },
      {
        from: 'approved',
        to: 'revoked',
        event: 'approval.revoked',
        where: (eb) => eb('policy_digest', '!=', digest),
      },
    ]),
  )
  for (const id of ids) signals.tell(id)
}

/**
 * After a start: claims of the broker that went down. Whether their lease reached anybody cannot be known, so they are
 * indeterminate at once where this broker is the only one, and after their time where others may still serve them.
 */
export const endInterruptedClaims = async (
  { clock, signals, trail }: ApprovalContext,
  exclusive: boolean,
): Promise<void> => {
  if (!exclusive) return
  const ids = await trail.transact((step) =>
    end(step, clock(), [
      { from: 'claimed', to: 'indeterminate', event: 'approval.indeterminate', where: (eb) => eb.lit(true) },
    ]),
  )
  for (const id of ids) signals.tell(id)
}
