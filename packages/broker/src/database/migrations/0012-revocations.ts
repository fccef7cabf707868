import { type Kysely, sql } from 'kysely'

/** Principals that operators keep out, and until when. One revocation of a principal stands at a time. */
export const revocationsMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('revocations')
      .addColumn('id', 'uuid', (column) => column.primaryKey())
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('people', 'jsonb', (column) => column.notNull())
      .addColumn('sealed_reason', 'text', (column) => column.notNull())
      .addColumn('revoked_at', 'timestamptz', (column) => column.notNull())
      .addColumn('revoked_by', 'jsonb', (column) => column.notNull())
      .addColumn('restored_at', 'timestamptz')
      .addColumn('restored_by', 'jsonb')
      .execute()
    await sql`
      create unique index revocations_standing on revocations (issuer, subject) where restored_at is null
    `.execute(database)
  },
}
