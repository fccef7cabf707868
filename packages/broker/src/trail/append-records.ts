import { type Frontier, frontierNodes, type SealedRecord, sealRecord } from '@snowfence/audit'
import { SnowfenceError } from '@snowfence/core'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { recordRow } from './record-row.ts'

/** Records that were appended, as they are stored, and the edge of the tree behind them. */
export interface AppendedRecords {
  readonly records: readonly SealedRecord[]
  readonly firstLeaf: number
  readonly edge: Frontier
}

/** PostgreSQL's `data_corrupted`. */
const CORRUPT = 'XX001'
/** PostgreSQL's `no_data_found`: the tree has no head. */
const NO_HEAD = 'P0002'

/** How the function says which hash is missing. Anything else with that code may quote values: a trigger's text does. */
const LACKS_HASH = /^the audit tree lacks the hash at level \d+, index \d+$/

export const treeCorrupt = (message: string, cause?: unknown): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_STORE_CORRUPT', { message, cause })

/** A record's text before and after the time at which it was received. */
const partsOf = ({ text, record: { source } }: SealedRecord) => {
  // Canonical JSON sorts members: of those named so, the source's own is the first. Within a text, quotes are escaped.
  const member = '"receivedAt":"'
  const begin = text.indexOf(member) + member.length
  return { before: text.slice(0, begin), after: text.slice(begin + source.receivedAt.length) }
}

/** A record that was received when another broker had sealed a later one already counts as received then. */
const notBefore = (sealed: SealedRecord, stamp: string | null): SealedRecord => {
  const { span, source } = sealed.record
  return stamp === null || source.receivedAt >= stamp
    ? sealed
    : sealRecord(span, { ...source, receivedAt: stamp })
}

/**
 * Appends records where the tree ends now, in one SQL statement: a broker that has its turn keeps the others waiting for
 * nothing but the database. Gives null when one of them is sealed already, or the place of one is taken: nothing was
 * changed then.
 *
 * @throws SnowfenceError `ERR_AUDIT_STORE_CORRUPT` when the tree's head or a hash of its right edge is missing.
 */
export const appendRecords = async (
  database: Kysely<Tables>,
  records: readonly SealedRecord[],
): Promise<AppendedRecords | null> => {
  const rows = records.map((record, place) => ({ ...recordRow(record), ...partsOf(record), place }))
  const answer = await sql<{
    first_leaf: number | string | null
    stamp: string | null
    tree_size: number | string
    edge: string[]
  }>`
    select first_leaf, stamp, tree_size, edge from append_records(${JSON.stringify(rows)}::json)
  `
    .execute(database)
    .catch((error: unknown) => {
      const code = error instanceof Error && 'code' in error ? error.code : undefined
      if (code === CORRUPT && error instanceof Error)
        throw treeCorrupt(
          LACKS_HASH.test(error.message) ? error.message : 'PostgreSQL found damaged data (XX001)',
          error,
        )
      if (code === NO_HEAD) throw treeCorrupt('the audit tree has no head', error)
      throw error
    })
  const row = answer.rows[0]
  if (row === undefined || row.first_leaf === null) return null
  const edge = {
    size: Number(row.tree_size),
    hashes: row.edge.map((hash) => new Uint8Array(Buffer.from(hash, 'base64'))),
  }
  if (edge.hashes.length !== frontierNodes(edge.size).length) {
    throw treeCorrupt(`the audit tree of ${edge.size} records lacks a hash of its right edge`)
  }
  return {
    records: records.map((record) => notBefore(record, row.stamp)),
    firstLeaf: Number(row.first_leaf),
    edge,
  }
}
