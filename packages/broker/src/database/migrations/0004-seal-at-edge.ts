import { type Kysely, sql } from 'kysely'

/**
 * Appends sealed records where the tree is expected to end, or does nothing and says so: when the tree has grown, or one
 * of the spans is sealed already. A function, because the database plans it once and not for every record.
 */
export const sealAtEdgeMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create function seal_at_edge(expected_size bigint, new_size bigint, new_records json, new_nodes json)
      returns boolean language plpgsql as $$
      begin
        update tree_head set size = new_size where id = 1 and size = expected_size;
        if not found then
          return false;
        end if;
        insert into records
          (leaf_index, leaf_hash, source, session_id, name, trace_id, span_id, body, received_at)
        select (r->>'leaf_index')::bigint, decode(r->>'leaf_hash', 'base64'), r->>'source', r->>'session_id', r->>'name',
          r->>'trace_id', r->>'span_id', r->>'body', (r->>'received_at')::timestamptz
        from json_array_elements(new_records) as r;
        insert into tree_nodes (level, position, hash)
        select (n->>'level')::integer, (n->>'position')::bigint, decode(n->>'hash', 'base64')
        from json_array_elements(new_nodes) as n;
        return true;
      exception when unique_violation then
        return false;
      end
      $$
    `.execute(database)
  },
}
