import { type Kysely, sql } from 'kysely'

/** Audit records in the order of the hash tree, and the hashes of its complete subtrees. */
export const trailMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('records')
      .addColumn('leaf_index', 'bigint', (column) => column.primaryKey())
      .addColumn('leaf_hash', 'bytea', (column) => column.notNull())
      .addColumn('source', 'text', (column) => column.notNull().check(sql`source in ('session', 'broker')`))
      .addColumn('session_id', 'text')
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('trace_id', 'text', (column) => column.notNull())
      .addColumn('span_id', 'text', (column) => column.notNull())
      .addColumn('body', 'text', (column) => column.notNull())
      .addColumn('received_at', 'timestamptz', (column) => column.notNull())
      .addUniqueConstraint('records_span', ['trace_id', 'span_id'])
      .execute()
    await database.schema
      .createIndex('records_of_session')
      .on('records')
      .columns(['session_id', 'leaf_index'])
      .execute()
    await database.schema
      .createTable('tree_nodes')
      .addColumn('level', 'integer', (column) => column.notNull())
      .addColumn('position', 'bigint', (column) => column.notNull())
      .addColumn('hash', 'bytea', (column) => column.notNull())
      .addPrimaryKeyConstraint('tree_nodes_key', ['level', 'position'])
      .execute()
    await database.schema
      .createTable('tree_head')
      .addColumn('id', 'integer', (column) => column.primaryKey().check(sql`id = 1`))
      .addColumn('size', 'bigint', (column) => column.notNull())
      .execute()
    await sql`insert into tree_head (id, size) values (1, 0)`.execute(database)
  },
}
