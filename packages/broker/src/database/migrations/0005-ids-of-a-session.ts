import { type Kysely, sql } from 'kysely'

/**
 * A span's ids are unique in the session that sent it, and no longer in the whole trail: a session that guesses the ids
 * of another one's span could otherwise have that span refused. And the function reads each record once, not once a field.
 */
export const idsOfSessionMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema.alterTable('records').dropConstraint('records_span').execute()
    // Records of no session count as one session's: two nulls are never equal.
    await sql`
      create unique index records_span on records (coalesce(session_id, ''), trace_id, span_id)
    `.execute(database)
    await sql`
      create or replace function seal_at_edge(expected_size bigint, new_size bigint, new_records json, new_nodes json)
      returns boolean language plpgsql as $$
      begin
        update tree_head set size = new_size where id = 1 and size = expected_size;
        if not found then
          return false;
        end if;
        insert into records
          (leaf_index, leaf_hash, source, session_id, name, trace_id, span_id, body, received_at)
        select r.leaf_index, decode(r.leaf_hash, 'base64'), r.source, r.session_id, r.name, r.trace_id, r.span_id, r.body,
          r.received_at
        from json_to_recordset(new_records) as r (leaf_index bigint, leaf_hash text, source text, session_id text,
          name text, trace_id text, span_id text, body text, received_at timestamptz);
        insert into tree_nodes (level, position, hash)
        select n.level, n.position, decode(n.hash, 'base64')
        from json_to_recordset(new_nodes) as n (level integer, position bigint, hash text);
        return true;
      exception when unique_violation then
        return false;
      end
      $$
    `.execute(database)
  },
}
