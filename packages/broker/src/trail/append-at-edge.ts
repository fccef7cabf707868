import { appendLeaves, type Frontier, sealRecord } from '@snowfence/audit'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { type Appended, receiptOf, rowOfRecord, type SourcedSpan } from './append-records.ts'

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/**
 * Seals spans in one SQL statement, on the assumption that the tree still ends where this process last saw it and that
 * none of the spans is sealed already. Null when either is not so: nothing was changed then, and `appendRecords` finds out
 * why. One statement is one wait for the disk and one way to the database, instead of seven.
 *
 * The head moves only from the assumed size, under the row's lock; a span that is sealed already undoes all of it.
 */
export const appendAtEdge = async (
  database: Kysely<Tables>,
  spans: readonly SourcedSpan[],
  known: Frontier,
  now: Date,
): Promise<Appended | null> => {
  const records = spans.map(({ span, source }) => sealRecord(span, source))
  const { frontier, nodes } = appendLeaves(
    known,
    records.map(({ leafHash }) => leafHash),
  )
  const recordRows = JSON.stringify(
    records.map((record, index) => {
      const row = rowOfRecord(record, known.size + index, now)
      return { ...row, leaf_hash: base64(row.leaf_hash) }
    }),
  )
  const nodeRows = JSON.stringify(
    nodes.map(({ level, index, hash }) => ({ level, position: index, hash: base64(hash) })),
  )
  const { rows } = await sql<{ moved: boolean }>`
    select seal_at_edge(${known.size}, ${frontier.size}, ${recordRows}::json, ${nodeRows}::json) as moved
  `.execute(database)
  return rows[0]?.moved === true
    ? { receipt: receiptOf(frontier, known.size, records.length), records, frontier }
    : null
}
