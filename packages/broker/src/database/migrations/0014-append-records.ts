import { type Kysely, sql } from 'kysely'

/**
 * Appends records where the tree ends now, in one call: every append of every broker waits while the tree's head is
 * locked, so nothing may go back and forth meanwhile. Each of the function's statements sees what was committed while
 * the first one waited for the lock.
 *
 * A record comes as the parts of its text before and after the time at which it was received. A time before that of the
 * tree's last record (`stamp`) is raised to it. Hashes are those of RFC 6962, section 2.1, of the stored text in UTF-8.
 *
 * Gives where the first record stands, the stamp (null in an empty tree), the size of the tree and the hashes of its
 * right edge. Gives no first leaf, and changes nothing, when one of the spans is sealed already.
 */
export const appendRecordsMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create function append_records(new_records json,
        out first_leaf bigint, out stamp text, out tree_size bigint, out edge json)
      language plpgsql as $$
      declare
        last_received timestamptz;
        hashes bytea[];
        left_sibling bytea;
        at_level integer := 0;
        from_position bigint;
        pairs bigint;
        node_levels integer[] := '{}';
        node_positions bigint[] := '{}';
        node_hashes bytea[] := '{}';
      begin
        select size into strict first_leaf from tree_head where id = 1 for update;
        select received_at into last_received from records where leaf_index = first_leaf - 1;
        stamp := to_char(last_received at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"');

        with texts as (
          select r.*, r.before || greatest(r.received_at, stamp) || r.after as body
          from json_to_recordset(new_records) as r (place bigint, before text, received_at text, after text, source text,
            session_id text, name text, trace_id text, span_id text)
        ), added as (
          insert into records
            (leaf_index, leaf_hash, source, session_id, name, trace_id, span_id, body, received_at)
          select first_leaf + place, sha256('\\x00'::bytea || convert_to(body, 'UTF8')), source, session_id, name,
            trace_id, span_id, body, greatest(received_at, stamp)::timestamptz
          from texts
          returning leaf_index, leaf_hash
        )
        select coalesce(array_agg(leaf_hash order by leaf_index), '{}') into hashes from added;
        tree_size := first_leaf + cardinality(hashes);

        -- Level by level: the nodes that became complete, and one level up a node for each pair of them.
        from_position := first_leaf;
        loop
          node_levels := node_levels || array_fill(at_level, array[cardinality(hashes)]);
          node_positions := node_positions || array(select generate_series(from_position, from_position + cardinality(hashes) - 1));
          node_hashes := node_hashes || hashes;
          -- An odd place closes a pair with a node that was complete before.
          if from_position % 2 = 1 and cardinality(hashes) > 0 then
            from_position := from_position - 1;
            select hash into left_sibling from tree_nodes where level = at_level and position = from_position;
            if left_sibling is null then
              raise exception 'the audit tree lacks the hash at level %, index %', at_level, from_position
                using errcode = 'data_corrupted';
            end if;
            hashes := left_sibling || hashes;
          end if;
          pairs := cardinality(hashes) / 2;
          exit when pairs = 0;
          select array_agg(sha256('\\x01'::bytea || hashes[2 * pair - 1] || hashes[2 * pair]) order by pair) into hashes
          from generate_series(1, pairs) as pair;
          from_position := from_position / 2;
          at_level := at_level + 1;
        end loop;

        insert into tree_nodes (level, position, hash)
        select level, position, hash from unnest(node_levels, node_positions, node_hashes) as node (level, position, hash);

        update tree_head set size = tree_size where id = 1;
        select head.edge into edge from lock_edge() as head;
      exception when unique_violation then
        first_leaf := null;
      end
      $$
    `.execute(database)
  },
}
