import { emptyFrontier, type Frontier, notDurable, type SealedRecord } from '@snowfence/audit'
import { isSnowfenceError } from '@snowfence/core'
import type { Kysely, Transaction } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { acceptAll, headOf } from './accept-all.ts'
import { appendAtEdge } from './append-at-edge.ts'
import type { RecordStore, SealRequest } from './record-store.ts'
import { lockEdge } from './tree-rows.ts'
import { takeUnsealed } from './without-sealed.ts'

const recordsOf = (group: readonly SealRequest[]): SealedRecord[] => group.flatMap(({ records }) => records)

/** Keeps records in the database from the first moment: for one that other brokers write to as well. */
export const createDatabaseStore = (database: Kysely<Tables>): RecordStore => {
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

  /** Appends a whole group where the tree ends now, which no other broker can move meanwhile. */
  const appendInTurn = async (group: readonly SealRequest[]): Promise<void> => {
    const { taken, edge, frontier } = await database.transaction().execute(async (transaction) => {
      const edge = await lockEdge(transaction)
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

  const appendAtKnownEdge = async (group: readonly SealRequest[]): Promise<boolean> => {
    const edge = known
    const records = recordsOf(group)
    const frontier = records.length === 0 ? null : await appendAtEdge(database, records, edge)
    if (frontier === null) return false
    committed(frontier)
    acceptAll(group, edge.size, headOf(frontier))
    return true
  }

  return {
    async append(group) {
      try {
        if (!isShared && (await appendAtKnownEdge(group))) return
        await appendInTurn(group)
      } catch (error) {
        if (group.length === 1 || isSnowfenceError(error, 'ERR_BROKER_DATABASE_UNREACHABLE')) throw error
        await appendOneByOne(group)
      }
    },

    async transact(work) {
      const { step, frontier } = await database.transaction().execute(async (transaction) => {
        const step = await work(transaction)
        const { records } = step
        if (records.length === 0) return { step, frontier: null }
        const attempt = isShared ? null : await appendAtEdge(transaction, records, known)
        const frontier = attempt ?? (await appendLocked(transaction, records, await lockEdge(transaction)))
        return { step, frontier }
      })
      if (frontier !== null) committed(frontier)
      return step
    },

    settle: async () => undefined,
    close: async () => undefined,
  }
}
