import { type Kysely, sql } from 'kysely'

/** What is told on this channel: the table and the id of a row that changed. */
export const CHANGES_CHANNEL = 'snowfence_changes'

/**
 * The database tells every broker which request or session changed, as part of the change itself: no broker has to ask.
 * And indexes of what is open, so that the next deadline, the oldest request and the inbox are found without a walk
 * through the ended ones.
 */
export const changesMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create function tell_change() returns trigger language plpgsql as $$
      begin
        perform pg_notify(${sql.lit(CHANGES_CHANNEL)}, tg_table_name || ' ' || new.id);
        return null;
      end
      $$
    `.execute(database)
    await sql`
      create trigger approvals_told after insert or update of state, valid_until on approvals
      for each row execute function tell_change()
    `.execute(database)
    await sql`
      create trigger sessions_told after update of ended_at on sessions
      for each row when (new.ended_at is not null and old.ended_at is null) execute function tell_change()
    `.execute(database)
    const indexes = [
      sql`create index approvals_deadline on approvals (deadline_at) where state = 'pending'`,
      sql`create index approvals_window on approvals (valid_until) where state = 'approved'`,
      sql`create index approvals_settling on approvals (settle_by) where state = 'claimed'`,
      sql`create index approvals_inbox on approvals (created_at, id) where state = 'pending'`,
      sql`create index approvals_open_of_session on approvals (session_id)
        where state in ('pending', 'approved', 'claimed')`,
      sql`create index approvals_of_requester on approvals (requester_issuer, requester_subject, created_at, id)`,
      sql`create index approvals_by_time on approvals (created_at, id)`,
      sql`drop index approvals_by_state`,
      sql`create index approvals_by_state on approvals (state, created_at, id)`,
    ]
    for (const index of indexes) await index.execute(database)
  },
}
