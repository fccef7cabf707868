import { emptyFrontier, type Frontier, notDurable, type SealedRecord } from '@snowfence/audit'
import { isSnowfenceError } from '@snowfence/core'
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { acceptAll, headOf } from './accept-all.ts'
import { appendAtEdge } from './append-at-edge.ts'
import { type ReceiptClock, readLastReceipt } from './receipt-clock.ts'
import { type RecordStore, type SealedRequest, type SealRequest, sealAll } from './record-store.ts'
import { lockEdge } from './tree-rows.ts'
import { takeUnsealed } from './without-sealed.ts'

const recordsOf = (group: readonly SealedRequest[]): SealedRecord[] => group.flatMap(({ records }) => records)

/** Keeps records in the database from the first moment: for one that other brokers write to as well. */
export const createDatabaseStore = (database: Kysely<Tables>, receipts: ReceiptClock): RecordStore => {
  // The right edge as this process last committed it: saves reading it, while nobody else appends.
  let known = emptyFrontier
  // Whether another broker appended since: then the remembered edge is worth no attempt.
  let isShared = true

  // INVARIANT: the remembered edge is one that was committed; a rolled back one could be taken for a later tree.
  const committed = (frontier: Frontier): void => {
    if (frontier.size >= known.size) known = frontier
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

  /** Locks the edge. Another broker's clock may be ahead, and no record may seem to be older than the one before it. */
  const lockAndFollow = async (transaction: Transaction<Tables>): Promise<Frontier> => {
    const edge = await lockEdge(transaction)
    if (edge.size !== known.size) {
      const last = await readLastReceipt(transaction, edge.size)
      if (last !== null) receipts.atLeast(last)
    }
    return edge
  }

  /** Appends a whole group where the tree ends now, which no other broker can move meanwhile. */
  const appendInTurn = async (
    requests: readonly SealRequest[],
    grow: () => void = () => undefined,
  ): Promise<void> => {
    const { taken, edge, frontier } = await database.transaction().execute(async (transaction) => {
      const edge = await lockAndFollow(transaction)
      // Where brokers wait for each other, larger groups make up for it.
      grow()
      const group = sealAll(requests)
      const records = recordsOf(group)
      const whole = records.length === 0 ? edge : await appendAtEdge(transaction, records, edge)
      if (whole !== null) return { taken: group, edge, frontier: whole }
      // At the locked edge only a record that is sealed already can stand in the way.
      const taken = await takeUnsealed(transaction, group, edge.size)
      return { taken, edge, frontier: await appendLocked(transaction, recordsOf(taken), edge) }
    })
    isShared = edge.size !== known.size
    committed(frontier)
    acceptAll(taken, edge.size, headOf(frontier))
  }

  /** One request that the database cannot take must not fail those that came at the same time. */
  const appendOneByOne = async (group: readonly SealRequest[]): Promise<void> => {
    for (const request of group) await appendInTurn([request]).catch(request.refuse)
  }

  const appendAtKnownEdge = async (requests: readonly SealRequest[]): Promise<boolean> => {
    const edge = known
    const group = sealAll(requests)
    const records = recordsOf(group)
    const frontier = records.length === 0 ? null : await appendAtEdge(database, records, edge)
    if (frontier === null) return false
    committed(frontier)
    acceptAll(group, edge.size, headOf(frontier))
    return true
  }

  return {
    isHeadMissing: false,

    async append(group, grow) {
      try {
        if (!isShared && (await appendAtKnownEdge(group))) return
        await appendInTurn(group, grow)
      } catch (error) {
        if (group.length === 1 || isSnowfenceError(error, 'ERR_BROKER_DATABASE_UNREACHABLE')) throw error
        await appendOneByOne(group)
      }
    },

    async transact(work) {
      const { step, frontier } = await database.transaction().execute(async (transaction) => {
        const { result, seal } = await work(transaction)
        const first = isShared ? null : seal()
        if (first !== null && first.length === 0) return { step: { result, records: first }, frontier: null }
        const attempt = first === null ? null : await appendAtEdge(transaction, first, known)
        if (first !== null && attempt !== null) return { step: { result, records: first }, frontier: attempt }
        const edge = await lockAndFollow(transaction)
        const records = seal()
        return { step: { result, records }, frontier: await appendLocked(transaction, records, edge) }
      })
      if (frontier !== null) committed(frontier)
      return step
    },

    settle: async () => undefined,
    close: async () => undefined,
  }
}
