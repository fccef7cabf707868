import { emptyFrontier, type Frontier, frontierNodes, notDurable, type SealedRecord } from '@snowfence/audit'
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { acceptAll, headOf } from './accept-all.ts'
import { appendAtEdge } from './append-at-edge.ts'
import type { RecordStore, SealRequest } from './record-store.ts'
import { readTreeNodes, readTreeSize } from './tree-rows.ts'
import { withoutSealed } from './without-sealed.ts'

/** Keeps records in the database from the first moment: for one that other brokers write to as well. */
export const createDatabaseStore = (database: Kysely<Tables>): RecordStore => {
  // The right edge as this process last committed it: saves reading it, while nobody else appends.
  let known = emptyFrontier

  // INVARIANT: the remembered edge is one that was committed; a rolled back one could be taken for a later tree.
  const committed = (frontier: Frontier | null): void => {
    if (frontier !== null && frontier.size >= known.size) known = frontier
  }

  /** The edge, held to the end of the transaction: appends of all brokers take their turn. */
  const lockEdge = async (transaction: Transaction<Tables>): Promise<Frontier> => {
    const size = await readTreeSize(transaction, true)
    return size === known.size
      ? known
      : { size, hashes: await readTreeNodes(transaction, frontierNodes(size)) }
  }

  const appendLocked = async (
    transaction: Transaction<Tables>,
    records: readonly SealedRecord[],
    edge: Frontier,
  ): Promise<Frontier> => {
    const frontier = await appendAtEdge(transaction, records, edge)
    if (frontier === null)
      throw notDurable('store-failed', { reason: 'the tree changed while it was locked' })
    return frontier
  }

  const appendAlone = async (request: SealRequest): Promise<void> => {
    const { unsealed, edge, frontier } = await database.transaction().execute(async (transaction) => {
      const edge = await lockEdge(transaction)
      const unsealed = await withoutSealed(transaction, request.sessionId, request.records)
      return { unsealed, edge, frontier: await appendLocked(transaction, unsealed.records, edge) }
    })
    committed(frontier)
    acceptAll([{ ...request, ...unsealed }], edge.size, headOf(frontier))
  }

  return {
    async append(group) {
      const edge = known
      const records = group.flatMap((request) => request.records)
      const frontier = records.length === 0 ? null : await appendAtEdge(database, records, edge)
      if (frontier === null) {
        // Somebody else appended, or a record is sealed already: which one, shows when each goes by itself.
        for (const request of group) await appendAlone(request).catch(request.refuse)
        return
      }
      committed(frontier)
      acceptAll(group, edge.size, headOf(frontier))
    },

    async transact(work) {
      const { step, frontier } = await database.transaction().execute(async (transaction) => {
        const step = await work(transaction)
        const { records } = step
        if (records.length === 0) return { step, frontier: null }
        const frontier =
          (await appendAtEdge(transaction, records, known)) ??
          (await appendLocked(transaction, records, await lockEdge(transaction)))
        return { step, frontier }
      })
      committed(frontier)
      return step
    },

    settle: async () => undefined,
    close: async () => undefined,
  }
}
