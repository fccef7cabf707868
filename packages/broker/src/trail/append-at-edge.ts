import { appendLeaves, type Frontier, type SealedRecord } from '@snowfence/audit'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { recordRow } from './record-row.ts'

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/**
 * Appends records in one SQL statement, on the assumption that the tree ends at a known edge and that none of them is
 * sealed already. Gives the new edge, or null when either is not so: nothing was changed then. One statement is one wait
 * for the disk and one way to the database, instead of seven.
 *
 * The head moves only from the assumed size, under the row's lock; a record that is sealed already undoes all of it.
 */
export const appendAtEdge = async (
  database: Kysely<Tables>,
  records: readonly SealedRecord[],
  known: Frontier,
): Promise<Frontier | null> => {
  if (records.length === 0) return known
  const { frontier, nodes } = appendLeaves(
    known,
    records.map(({ leafHash }) => leafHash),
  )
  const recordRows = JSON.stringify(
    records.map((record, index) => ({
      ...recordRow(record),
      leaf_index: known.size + index,
      leaf_hash: base64(record.leafHash),
      body: record.text,
    })),
  )
  const nodeRows = JSON.stringify(
    nodes.map(({ level, index, hash }) => ({ level, position: index, hash: base64(hash) })),
  )
  const { rows } = await sql<{ moved: boolean }>`
    select seal_at_edge(${known.size}, ${frontier.size}, ${recordRows}::json, ${nodeRows}::json) as moved
  `.execute(database)
  return rows[0]?.moved === true ? frontier : null
}
