import type { SealedRecord } from '@snowfence/audit'
import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { isUnreachable } from '../database/unreachable.ts'
import { acceptAll, headOf } from './accept-all.ts'
import { type AppendedRecords, appendRecords, treeCorrupt } from './append-records.ts'
import type { ReceiptClock } from './receipt-clock.ts'
import { type RecordStore, type SealedRequest, type SealRequest, sealAll } from './record-store.ts'
import { lockTreeSize } from './tree-rows.ts'
import { takeUnsealed } from './without-sealed.ts'

const recordsOf = (group: readonly SealedRequest[]): SealedRecord[] => group.flatMap(({ records }) => records)

/** The requests of a group with their records as they were stored. */
const withStored = (
  group: readonly SealedRequest[],
  stored: readonly SealedRecord[],
): readonly SealedRequest[] => {
  let next = 0
  return group.map((request) => {
    const begin = next
    next += request.records.length
    return { ...request, records: stored.slice(begin, next) }
  })
}

/** Keeps records in the database from the first moment: for one that other brokers write to as well. */
export const createDatabaseStore = (database: Kysely<Tables>, receipts: ReceiptClock): RecordStore => {
  /** Another broker's clock may be ahead, and no record may seem to be older than the one before it. */
  const follow = (records: readonly SealedRecord[]): void => {
    const last = records.at(-1)
    if (last !== undefined) receipts.atLeast(new Date(last.record.source.receivedAt))
  }

  const accept = (group: readonly SealedRequest[], { records, firstLeaf, edge }: AppendedRecords): void => {
    follow(records)
    acceptAll(withStored(group, records), firstLeaf, headOf(edge))
  }

  /** For a group of which something may be sealed already: it is asked for while no other broker can append. */
  const appendUnsealed = async (requests: readonly SealRequest[]): Promise<void> => {
    const { taken, appended } = await database.transaction().execute(async (transaction) => {
      const size = await lockTreeSize(transaction)
      const taken = await takeUnsealed(transaction, sealAll(requests), size)
      return { taken, appended: await appendRecords(transaction, recordsOf(taken)) }
    })
    // None of them is sealed, and nobody else can append: so a place behind the head is taken.
    if (appended === null) throw treeCorrupt('the audit tree has records or hashes behind its head')
    accept(taken, appended)
  }

  const appendGroup = async (requests: readonly SealRequest[]): Promise<void> => {
    const group = sealAll(requests)
    const appended = await appendRecords(database, recordsOf(group))
    if (appended === null) await appendUnsealed(requests)
    else accept(group, appended)
  }

  return {
    isHeadMissing: false,

    async append(group) {
      try {
        await appendGroup(group)
      } catch (error) {
        if (group.length === 1 || isUnreachable(error)) throw error
        // One request that the database cannot take must not fail those that came at the same time.
        for (const request of group) {
          await appendGroup([request]).catch((failure: unknown) => {
            if (isUnreachable(failure)) throw failure
            request.refuse(failure)
          })
        }
      }
    },

    async transact(work) {
      const step = await database.transaction().execute(async (transaction) => {
        const { result, seal } = await work(transaction)
        const records = seal()
        if (records.length === 0) return { result, records }
        const appended = await appendRecords(transaction, records)
        // The ids of the broker's own spans are random.
        if (appended === null) throw treeCorrupt('the audit tree has records or hashes behind its head')
        return { result, records: appended.records }
      })
      follow(step.records)
      return step
    },

    settle: async () => undefined,
    close: async () => undefined,
  }
}
