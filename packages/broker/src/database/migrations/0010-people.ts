import { type Kysely, sql } from 'kysely'

/**
 * Who is behind a session, a request and an answer: what people are compared by. Rows from before have no mapping, so
 * their person is issuer and subject.
 */
export const peopleMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    const columns = [
      ['sessions', 'people', 'issuer', 'subject'],
      ['approvals', 'requester_people', 'requester_issuer', 'requester_subject'],
      ['approval_decisions', 'people', 'issuer', 'subject'],
    ] as const
    for (const [table, column, issuer, subject] of columns) {
      await database.schema.alterTable(table).addColumn(column, 'jsonb').execute()
      await sql`
        update ${sql.table(table)} set ${sql.ref(column)} = jsonb_build_array(jsonb_build_object(
          'issuer', ${sql.ref(issuer)}, 'subject', ${sql.ref(subject)}, 'person', null))
      `.execute(database)
      await database.schema
        .alterTable(table)
        .alterColumn(column, (change) => change.setNotNull())
        .execute()
    }
    await database.schema.alterTable('sessions').addColumn('former_groups', 'jsonb').execute()
  },
}
