import { type Kysely, sql } from 'kysely'

/** Until when the agent of a request counts as waiting for it, and which claim of an approval was the one that succeeded. */
export const attendanceMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .alterTable('approvals')
      .addColumn('attended_until', 'timestamptz')
      .addColumn('claim_key', 'uuid')
      .execute()
    await sql`
      create index approvals_attended on approvals (attended_until)
      where state = 'pending' and attended_until is not null
    `.execute(database)
  },
}
