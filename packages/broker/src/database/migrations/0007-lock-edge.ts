import { type Kysely, sql } from 'kysely'

/**
 * Locks the end of the tree until the transaction ends, and gives its size and the hashes of its right edge, from left
 * to right: in one call, because every append of every broker waits while the lock is held. A function, because each of
 * its statements sees what was committed while the first one waited for the lock.
 */
export const lockEdgeMigration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await sql`
      create function lock_edge(out tree_size bigint, out edge json) language plpgsql as $$
      begin
        select size into strict tree_size from tree_head where id = 1 for update;
        select coalesce(json_agg(encode(node.hash, 'base64') order by node.level desc), '[]'::json) into edge
        from generate_series(0, 61) as bit
        join tree_nodes as node on node.level = bit and node.position = (tree_size >> bit) - 1
        where (tree_size >> bit) & 1 = 1;
      end
      $$
    `.execute(database)
  },
}
