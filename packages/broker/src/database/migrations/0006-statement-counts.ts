import type { Kysely } from 'kysely'

/** Statements by principal and minute, each run of a broker in rows of its own: nobody waits for another's. */
export const statementCountsMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('statement_counts')
      .addColumn('run', 'uuid', (column) => column.notNull())
      .addColumn('principal', 'text', (column) => column.notNull())
      .addColumn('minute', 'bigint', (column) => column.notNull())
      .addColumn('statements', 'integer', (column) => column.notNull())
      .addPrimaryKeyConstraint('statement_counts_key', ['run', 'principal', 'minute'])
      .execute()
    await database.schema
      .createIndex('statement_counts_minute')
      .on('statement_counts')
      .column('minute')
      .execute()
  },
}
