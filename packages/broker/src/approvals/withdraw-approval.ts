import { SnowfenceError } from '@snowfence/core'
import type { SessionRecord } from '../sessions/session.ts'
import type { ApprovalContext } from './approval-context.ts'
import { approvalEvent, isRequester } from './approval-event.ts'
import { type ApprovalRow, findApproval } from './approval-row.ts'
import { assertReadable } from './readable-approval.ts'
import { decisionRefusal, notEligible, type Person } from './show-approval.ts'
import { stateError } from './state-error.ts'

/**
 * Withdraws a request that nobody has claimed: by its requester.
 *
 * @throws SnowfenceError `ERR_APPROVAL_NOT_FOUND`, `ERR_APPROVAL_STATE`
 */
export const cancelApproval = async (
  { clock, signals, trail }: ApprovalContext,
  session: SessionRecord,
  id: string,
): Promise<ApprovalRow> => {
  const cancelled = await trail.transact(async ({ transaction, record }) => {
    const row = await transaction
      .updateTable('approvals')
      .set({ state: 'cancelled', ended_at: clock(), sealed_statement: null })
      .where('id', '=', id)
      .where('requester_issuer', '=', session.principal.issuer)
      .where('requester_subject', '=', session.principal.subject)
      .where('state', 'in', ['pending', 'approved'])
      .returningAll()
      .executeTakeFirst()
    if (row === undefined) {
      const found = await findApproval(transaction, id)
      throw found !== undefined && isRequester(found, session.principal)
        ? stateError(found.state)
        : new SnowfenceError('ERR_APPROVAL_NOT_FOUND')
    }
    record(approvalEvent('approval.cancelled', row))
    return row
  })
  signals.tell(id)
  return cancelled
}

/**
 * Takes back an approval that was given: a statement that has not claimed it never runs, the SDK ends one that runs under
 * it, and the window of a time-boxed one closes. By an operator, or by anybody who could have decided it.
 *
 * @throws SnowfenceError `ERR_APPROVAL_NOT_FOUND`, `ERR_APPROVAL_NOT_ELIGIBLE`, `ERR_APPROVAL_STATE`
 */
export const revokeApproval = async (
  context: ApprovalContext,
  person: Person,
  id: string,
): Promise<ApprovalRow> => {
  const { clock, config, signals, trail } = context
  const { row, ids } = await trail.transact(async ({ transaction, record }) => {
    const now = clock()
    const found = await findApproval(transaction, id, true)
    if (found === undefined) throw new SnowfenceError('ERR_APPROVAL_NOT_FOUND')
    const isOperator = config.groups.operators.some((group) => person.principal.groups.includes(group))
    if (!isOperator) {
      assertReadable(found)
      const reason = decisionRefusal(found, person)
      if (reason !== null) throw notEligible(context, found, person, reason)
    }
    const root = found.window_of ?? found.id
    // A damaged row may be that of a window.
    const isWindow = found.requirement?.kind !== 'one-time'
    // Requests under the window that are being made hold it: what ends them below must see them. The request that opened
    // it is held already where it is the one that is named.
    if (root !== found.id) await findApproval(transaction, root, true)
    const revoked = await transaction
      .updateTable('approvals')
      .set({ state: 'revoked', ended_at: now, valid_until: now })
      .where('state', 'in', ['approved', 'claimed', 'indeterminate'])
      .where((eb) =>
        isWindow ? eb.or([eb('id', '=', root), eb('window_of', '=', root)]) : eb('id', '=', found.id),
      )
      .returningAll()
      .execute()
    const closed = isWindow
      ? await transaction
          .updateTable('approvals')
          .set({ valid_until: now })
          .where('id', '=', root)
          .where('valid_until', '>', now)
          .returningAll()
          .execute()
      : []
    const changed = [...revoked, ...closed]
    if (changed.length === 0) throw stateError(found.state)
    for (const each of changed) record(approvalEvent('approval.revoked', each, { by: person.principal }))
    return { row: changed.find((each) => each.id === id) ?? found, ids: changed.map((each) => each.id) }
  })
  for (const each of ids) signals.tell(each)
  return row
}
