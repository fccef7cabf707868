import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Tables } from '../database/tables.ts'

/** The time that records are received at. It never runs backwards along the trail. */
export interface ReceiptClock {
  /** The present, or the latest time that was given or learnt while the system's clock is behind it. ISO 8601. */
  now(): string
  /** Learns of a record in the trail, this broker's or another one's. */
  atLeast(receivedAt: Date): void
}

export const createReceiptClock = (clock: Clock): ReceiptClock => {
  let latest = new Date(0)
  return {
    now() {
      const present = clock()
      if (present > latest) latest = present
      return latest.toISOString()
    },
    atLeast(receivedAt) {
      if (receivedAt > latest) latest = receivedAt
    },
  }
}

/** When the last record of a tree of this size was received; null for an empty tree. */
export const readLastReceipt = async (database: Kysely<Tables>, size: number): Promise<Date | null> => {
  const row = await database
    .selectFrom('records')
    .select('received_at')
    .where('leaf_index', '=', size - 1)
    .executeTakeFirst()
  return row?.received_at ?? null
}
