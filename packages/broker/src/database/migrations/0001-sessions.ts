import { type Kysely, sql } from 'kysely'

/** Sessions, the leases handed out in them, and the broker's own signing keys. */
export const sessionsMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('sessions')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('token_hash', 'text', (column) => column.notNull().unique())
      .addColumn('issuer', 'text', (column) => column.notNull())
      .addColumn('subject', 'text', (column) => column.notNull())
      .addColumn('groups', 'jsonb', (column) => column.notNull())
      .addColumn('claims', 'jsonb', (column) => column.notNull())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('agent', 'jsonb', (column) => column.notNull())
      .addColumn('snowflake_user', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('warehouse', 'text')
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
      .addColumn('ended_at', 'timestamptz')
      .addColumn('end_kind', 'text', (column) => column.check(sql`end_kind in ('closed', 'revoked')`))
      .addColumn('end_reason', 'text')
      .execute()
    await database.schema
      .createTable('leases')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.id'))
      .addColumn('approval_id', 'text')
      .addColumn('snowflake_user', 'text', (column) => column.notNull())
      .addColumn('role', 'text', (column) => column.notNull())
      .addColumn('issued_at', 'timestamptz', (column) => column.notNull())
      .addColumn('expires_at', 'timestamptz', (column) => column.notNull())
      .execute()
    await database.schema
      .createTable('signing_keys')
      .addColumn('kid', 'text', (column) => column.primaryKey())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('algorithm', 'text', (column) => column.notNull())
      .addColumn('public_key', 'text', (column) => column.notNull())
      .addColumn('sealed_private_key', 'text', (column) => column.notNull())
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('retired_at', 'timestamptz')
      .execute()
    // One key of each purpose signs at a time, also when two replicas start together.
    await sql`create unique index signing_keys_active on signing_keys (purpose) where retired_at is null`.execute(
      database,
    )
  },
}
