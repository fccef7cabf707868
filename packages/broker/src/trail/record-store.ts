import type { SealedRecord } from '@snowfence/audit'
import type { Receipt } from '@snowfence/core'
import type { Transaction } from 'kysely'
import type { Tables } from '../database/tables.ts'

/** What came of one request: where its records stand, and those of them that were not sealed before. */
export interface Appended {
  readonly receipt: Receipt
  readonly records: readonly SealedRecord[]
}

/** The records of one request of a session, and whom to tell. Of two answers the first one holds. */
export interface SealRequest {
  readonly sessionId: string
  readonly spans: number
  /**
   * Gives the records, received now. Called just before they are appended; called again when one of the group is sealed
   * already.
   */
  seal(): readonly SealedRecord[]
  accept(appended: Appended): void
  refuse(error: unknown): void
}

/** A request whose turn it is. */
export interface SealedRequest extends Pick<SealRequest, 'sessionId' | 'accept' | 'refuse'> {
  readonly records: readonly SealedRecord[]
  /** Where the records of the request stand that were sealed before; `records` are the others. */
  readonly held?: readonly number[]
}

export const sealAll = (group: readonly SealRequest[]): SealedRequest[] =>
  group.map(({ sessionId, seal, accept, refuse }) => ({ sessionId, records: seal(), accept, refuse }))

/** A change of state, and the records of it: sealed when it is their turn, as those of a request. */
export interface Step<T> {
  readonly result: T
  seal(): readonly SealedRecord[]
}

/** A change of state that was committed, with the records of it. */
export interface Committed<T> {
  readonly result: T
  readonly records: readonly SealedRecord[]
}

/** Where records become leaves of the tree, and durable. */
export interface RecordStore {
  /** Whether the last acknowledged head was not where it is kept although there are records. */
  readonly isHeadMissing: boolean
  /**
   * Appends the records of several requests together, and answers each when they are durable; one that cannot be taken
   * does not fail the others. Records that are sealed already are not added again: the receipt says where they stand.
   * One call at a time.
   *
   * What it throws is the answer to those that have none yet.
   */
  append(group: readonly SealRequest[]): Promise<void>
  /** Commits a change of state together with the records of it. */
  transact<T>(work: (transaction: Transaction<Tables>) => Promise<Step<T>>): Promise<Committed<T>>
  /** Resolves when the database holds every record that was acknowledged. @throws ERR_AUDIT_NOT_DURABLE */
  settle(): Promise<void>
  close(): Promise<void>
}
