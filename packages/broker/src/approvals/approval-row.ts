import type { Kysely, Selectable } from 'kysely'
import type { ApprovalDecisionsTable, ApprovalsTable, Tables } from '../database/tables.ts'

export type ApprovalRow = Selectable<ApprovalsTable>
export type DecisionRow = Selectable<ApprovalDecisionsTable>

/** One request. With `lock` the row is held to the end of the transaction. */
export const findApproval = (
  database: Kysely<Tables>,
  id: string,
  lock = false,
): Promise<ApprovalRow | undefined> => {
  const query = database.selectFrom('approvals').selectAll().where('id', '=', id)
  return (lock ? query.forUpdate() : query).executeTakeFirst()
}

/** The answers that people gave, in their order. Those of a window count for every request under it. */
export const readDecisions = (
  database: Kysely<Tables>,
  { id, window_of }: Pick<ApprovalRow, 'id' | 'window_of'>,
): Promise<DecisionRow[]> =>
  database
    .selectFrom('approval_decisions')
    .selectAll()
    .where('approval_id', '=', window_of ?? id)
    .orderBy('at')
    .orderBy('subject')
    .execute()
