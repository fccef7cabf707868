import { type Kysely, type Selectable, type SelectQueryBuilder, sql } from 'kysely'
import type { ApprovalsTable, Tables } from '../database/tables.ts'
import type { ApprovalReader } from './show-approval.ts'

type ApprovalsQuery = SelectQueryBuilder<Tables, 'approvals', Selectable<ApprovalsTable>>

/**
 * The requests that somebody may have business with. The database narrows, so that a flood of other people's requests
 * cannot push one's own off the list; `mayRead` has the last word on each.
 */
export const readableBy = (
  database: Kysely<Tables>,
  reader: ApprovalReader,
  auditors: readonly string[],
): ApprovalsQuery => {
  const all = database.selectFrom('approvals').selectAll()
  const principal = reader.kind === 'session' ? reader.session.principal : reader.principal
  const own = all
    .where('requester_issuer', '=', principal.issuer)
    .where('requester_subject', '=', principal.subject)
  if (reader.kind === 'session') return own
  const { groups } = principal
  if (auditors.some((group) => groups.includes(group))) return all
  if (groups.length === 0) return own
  return all.where((eb) =>
    eb.or([
      eb.and([
        eb('requester_issuer', '=', principal.issuer),
        eb('requester_subject', '=', principal.subject),
      ]),
      sql<boolean>`exists (
        select 1 from jsonb_array_elements_text(
          case jsonb_typeof(requirement -> 'approverGroups') when 'array' then requirement -> 'approverGroups' else '[]' end
        ) as approver_group
        where approver_group in (${sql.join(groups)})
      )`,
    ]),
  )
}
