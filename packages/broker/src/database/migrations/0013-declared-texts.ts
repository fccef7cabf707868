import { type Kysely, sql } from 'kysely'

/**
 * What agents and operators declare is stored encrypted. A migration has no key, so the texts of earlier versions are
 * erased; of an agent its id stays.
 */
export const declaredTextsMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .alterTable('sessions')
      .addColumn('agent_id', 'text')
      .addColumn('sealed_agent', 'text')
      .addColumn('sealed_end_reason', 'text')
      .execute()
    // A dropped column stays in the rows that are there: it is emptied first.
    await sql`update sessions set agent_id = agent->>'id', agent = '{}', end_reason = null`.execute(database)
    await sql`update approvals set agent_task = null where agent_task is not null`.execute(database)
    await database.schema
      .alterTable('sessions')
      .alterColumn('agent_id', (column) => column.setNotNull())
      .execute()
    await database.schema.alterTable('sessions').dropColumn('agent').dropColumn('end_reason').execute()
    await database.schema
      .alterTable('approvals')
      .addColumn('sealed_agent_task', 'text')
      .dropColumn('agent_task')
      .execute()
  },
}
