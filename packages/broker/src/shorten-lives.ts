import { sql, type Transaction } from 'kysely'
import type { Tables } from './database/tables.ts'

/**
 * Moves every end that lies ahead back by as much as the clock was set back. An hour that the clock repeats would be an
 * hour more for each session and approval otherwise.
 */
export const shortenLives = async (
  transaction: Transaction<Tables>,
  { milliseconds, now }: { readonly milliseconds: number; readonly now: Date },
): Promise<void> => {
  const earlier = (column: string) =>
    sql<Date>`${sql.ref(column)} - ${milliseconds}::double precision * interval '1 millisecond'`
  await transaction
    .updateTable('sessions')
    .set({ expires_at: earlier('expires_at') })
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .execute()
  await transaction
    .updateTable('approvals')
    .set({
      deadline_at: earlier('deadline_at'),
      valid_until: earlier('valid_until'),
      settle_by: earlier('settle_by'),
      attended_until: earlier('attended_until'),
    })
    .where((eb) =>
      eb.or([eb('state', 'in', ['pending', 'approved', 'claimed']), eb('valid_until', '>', now)]),
    )
    .execute()
}
