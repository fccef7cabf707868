import type { NodeHash, NodeId, TreeStore } from '@snowfence/audit'
import { SnowfenceError } from '@snowfence/core'
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from '../database/tables.ts'

const noHead = (): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_STORE_CORRUPT', { message: 'the audit tree has no head' })

/** @throws SnowfenceError `ERR_AUDIT_STORE_CORRUPT` when the head is missing. */
export const readTreeSize = async (database: Kysely<Tables>): Promise<number> => {
  const { size } = await database
    .selectFrom('tree_head')
    .select('size')
    .where('id', '=', 1)
    .executeTakeFirstOrThrow(noHead)
  return Number(size)
}

/**
 * The size of the tree, whose head is locked until the transaction ends: appends of all brokers take their turn.
 *
 * @throws SnowfenceError `ERR_AUDIT_STORE_CORRUPT` when the head is missing.
 */
export const lockTreeSize = async (transaction: Transaction<Tables>): Promise<number> => {
  const { size } = await transaction
    .selectFrom('tree_head')
    .select('size')
    .where('id', '=', 1)
    .forUpdate()
    .executeTakeFirstOrThrow(noHead)
  return Number(size)
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
