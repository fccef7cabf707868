import { approvalStates } from '@snowfence/core'
import { type Kysely, sql } from 'kysely'

/** Approval requests, the answers people gave, and who was shown the real statement. */
export const approvalsMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('approvals')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('state', 'text', (column) =>
        column.notNull().check(sql`state in (${sql.join(approvalStates.map((state) => sql.lit(state)))})`),
      )
      .addColumn('session_id', 'text', (column) => column.notNull().references('sessions.id'))
      .addColumn('window_of', 'text', (column) => column.references('approvals.id'))
      .addColumn('requester_issuer', 'text', (column) => column.notNull())
      .addColumn('requester_subject', 'text', (column) => column.notNull())
      .addColumn('purpose', 'text', (column) => column.notNull())
      .addColumn('agent_id', 'text', (column) => column.notNull())
      .addColumn('agent_task', 'text')
      .addColumn('digest', 'text', (column) => column.notNull())
      .addColumn('policy_digest', 'text', (column) => column.notNull())
      .addColumn('scope_digest', 'text', (column) => column.notNull())
      .addColumn('requirement', 'jsonb', (column) => column.notNull())
      .addColumn('role', 'text')
      .addColumn('text', 'text', (column) => column.notNull())
      .addColumn('reads', 'jsonb', (column) => column.notNull())
      .addColumn('classified_columns', 'jsonb', (column) => column.notNull())
      .addColumn('sealed_statement', 'text')
      .addColumn('sealed_reason', 'text')
      .addColumn('uses_left', 'integer', (column) => column.notNull().check(sql`uses_left >= 0`))
      .addColumn('created_at', 'timestamptz', (column) => column.notNull())
      .addColumn('deadline_at', 'timestamptz', (column) => column.notNull())
      .addColumn('approved_at', 'timestamptz')
      .addColumn('valid_until', 'timestamptz')
      .addColumn('claimed_at', 'timestamptz')
      .addColumn('claimed_by_session', 'text')
      .addColumn('settle_by', 'timestamptz')
      .addColumn('ended_at', 'timestamptz')
      .addColumn('query_id', 'text')
      .addColumn('traceparent', 'text')
      // The real statement lives only while somebody may still have to look at it.
      .addCheckConstraint('approvals_statement_erased', sql`state = 'pending' or sealed_statement is null`)
      .execute()
    await database.schema
      .createIndex('approvals_by_scope')
      .on('approvals')
      .columns(['scope_digest', 'valid_until'])
      .execute()
    await database.schema
      .createIndex('approvals_by_state')
      .on('approvals')
      .columns(['state', 'created_at'])
      .execute()
    for (const table of ['approval_decisions', 'approval_views'] as const) {
      const people = database.schema
        .createTable(table)
        .addColumn('approval_id', 'text', (column) => column.notNull().references('approvals.id'))
        .addColumn('issuer', 'text', (column) => column.notNull())
        .addColumn('subject', 'text', (column) => column.notNull())
        .addColumn('at', 'timestamptz', (column) => column.notNull())
        // A quorum counts distinct people: the key makes a second answer of one person impossible.
        .addPrimaryKeyConstraint(`${table}_key`, ['approval_id', 'issuer', 'subject'])
      await (table === 'approval_views'
        ? people
        : people
            .addColumn('decision', 'text', (column) =>
              column.notNull().check(sql`decision in ('approve', 'reject')`),
            )
            .addColumn('sealed_comment', 'text')
            .addColumn('seen_digest', 'text', (column) => column.notNull())
      ).execute()
    }
  },
}
