import type { Kysely } from 'kysely'

/** The brokers that share the database now, with the settings that they must or should have in common. */
export const replicasMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('replicas')
      .addColumn('id', 'uuid', (column) => column.primaryKey())
      .addColumn('fixed', 'jsonb', (column) => column.notNull())
      .addColumn('digests', 'jsonb', (column) => column.notNull())
      .addColumn('seen_at', 'timestamptz', (column) => column.notNull())
      .execute()
  },
}
