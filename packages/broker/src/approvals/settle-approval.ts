import { type ApprovalState, SnowfenceError } from '@snowfence/core'
import type { SessionRecord } from '../sessions/session.ts'
import type { ApprovalContext } from './approval-context.ts'
import { approvalEvent } from './approval-event.ts'
import { type ApprovalRow, findApproval } from './approval-row.ts'
import { stateError } from './state-error.ts'

/**
 * Records how a claimed statement ended, told by the session that claimed it.
 *
 * @throws SnowfenceError `ERR_APPROVAL_NOT_FOUND`, `ERR_APPROVAL_STATE`
 */
export const settleApproval = async (
  { clock, signals, trail }: ApprovalContext,
  session: SessionRecord,
  id: string,
  { outcome, queryId }: { readonly outcome: 'executed' | 'failed'; readonly queryId: string | null },
): Promise<ApprovalRow> => {
  const settled = await trail.transact(async ({ transaction, record }) => {
    const row = await transaction
      .updateTable('approvals')
      .set(({ eb }) => ({
        // A statement that was revoked while it ran stays so, whatever its query id.
        state: eb
          .case()
          .when('state', '=', 'revoked')
          .then<ApprovalState>('revoked')
          .else<ApprovalState>(outcome)
          .end(),
        query_id: queryId,
        ended_at: clock(),
      }))
      .where('id', '=', id)
      .where('claimed_by_session', '=', session.id)
      // Knowing late is better than not knowing: a claim whose time ran out may still be settled, by its claimer alone.
      .where(({ eb, or, and }) =>
        or([
          eb('state', 'in', ['claimed', 'indeterminate']),
          and([eb('state', '=', 'revoked'), eb('query_id', 'is', null)]),
        ]),
      )
      .returningAll()
      .executeTakeFirst()
    if (row === undefined) {
      const found = await findApproval(transaction, id)
      const isClaimer = found?.claimed_by_session === session.id
      // The answer to the first settlement was lost.
      if (found !== undefined && isClaimer && found.state === outcome && found.query_id === queryId)
        return found
      const isOwn = found?.session_id === session.id || found?.claimed_by_session === session.id
      throw found !== undefined && isOwn
        ? stateError(found.state)
        : new SnowfenceError('ERR_APPROVAL_NOT_FOUND')
    }
    record(approvalEvent('approval.settled', row))
    return row
  })
  signals.tell(id)
  return settled
}
