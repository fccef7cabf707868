import { type Frontier, frontierNodes, type NodeHash, type NodeId, type TreeStore } from '@snowfence/audit'
import { SnowfenceError } from '@snowfence/core'
import { type Kysely, sql, type Transaction } from 'kysely'
import type { Tables } from '../database/tables.ts'

export const readTreeSize = async (database: Kysely<Tables>): Promise<number> => {
  const { size } = await database
    .selectFrom('tree_head')
    .select('size')
    .where('id', '=', 1)
    .executeTakeFirstOrThrow()
  return Number(size)
}

/**
 * The right edge of the tree, locked until the transaction ends: appends of all brokers take their turn.
 *
 * @throws SnowfenceError `ERR_AUDIT_STORE_CORRUPT` when a hash of the edge is missing.
 */
export const lockEdge = async (transaction: Transaction<Tables>): Promise<Frontier> => {
  const { rows } = await sql<{ tree_size: number | string; edge: string[] }>`
    select tree_size, edge from lock_edge()
  `.execute(transaction)
  const size = Number(rows[0]?.tree_size)
  const hashes = (rows[0]?.edge ?? []).map((hash) => new Uint8Array(Buffer.from(hash, 'base64')))
  if (hashes.length === frontierNodes(size).length) return { size, hashes }
  throw new SnowfenceError('ERR_AUDIT_STORE_CORRUPT', {
    message: `the audit tree of ${size} records lacks a hash of its right edge`,
  })
}

/** @throws SnowfenceError `ERR_AUDIT_STORE_CORRUPT` when a node is missing. */
export const readTreeNodes = async (
  database: Kysely<Tables>,
  nodes: readonly NodeId[],
): Promise<Uint8Array[]> => {
  if (nodes.length === 0) return []
  const rows = await database
    .selectFrom('tree_nodes')
    .selectAll()
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('level', 'position'),
        'in',
        nodes.map(({ level, index }) => tuple(level, index)),
      ),
    )
    .execute()
  const hashes = new Map(rows.map((row) => [`${row.level}/${row.position}`, new Uint8Array(row.hash)]))
  return nodes.map(({ level, index }) => {
    const hash = hashes.get(`${level}/${index}`)
    if (hash !== undefined) return hash
    throw new SnowfenceError('ERR_AUDIT_STORE_CORRUPT', {
      message: `the audit tree lacks the hash at level ${level}, index ${index}`,
    })
  })
}

/** Hashes of the leaves from an index on, in their order. */
export const readLeafHashes = async (database: Kysely<Tables>, from: number): Promise<Uint8Array[]> => {
  const rows = await database
    .selectFrom('tree_nodes')
    .select('hash')
    .where('level', '=', 0)
    .where('position', '>=', from)
    .orderBy('position')
    .execute()
  return rows.map(({ hash }) => new Uint8Array(hash))
}

/** Adds complete nodes and moves the head; false when the tree does not have the expected size any more. */
export const appendTreeNodes = async (
  transaction: Transaction<Tables>,
  expectedSize: number,
  newSize: number,
  nodes: readonly NodeHash[],
): Promise<boolean> => {
  const moved = await transaction
    .updateTable('tree_head')
    .set({ size: newSize })
    .where('id', '=', 1)
    .where('size', '=', expectedSize)
    .returning('id')
    .executeTakeFirst()
  if (moved === undefined) return false
  await transaction
    .insertInto('tree_nodes')
    .values(nodes.map(({ level, index, hash }) => ({ level, position: index, hash })))
    .execute()
  return true
}

/** The audit tree's hashes in the broker's database. */
export const createTreeStore = (database: Kysely<Tables>): TreeStore => ({
  size: () => readTreeSize(database),
  read: (nodes) => readTreeNodes(database, nodes),
  append: (expectedSize, newSize, nodes) =>
    database
      .transaction()
      .execute((transaction) => appendTreeNodes(transaction, expectedSize, newSize, nodes)),
})
