import {
  type AuditTree,
  type CanonicalSpan,
  createAuditTree,
  type RecordSource,
  type SealedRecord,
  sealRecord,
} from '@snowfence/audit'
import { type Receipt, SnowfenceError } from '@snowfence/core'
import type { Transaction } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Database } from '../database/open-database.ts'
import type { Tables } from '../database/tables.ts'
import type { SessionRecord } from '../sessions/session.ts'
import { type BrokerEvent, spanOfEvent } from './broker-event.ts'
import { createDatabaseStore } from './database-store.ts'
import { openJournaledStore } from './journaled-store.ts'
import { createReceiptClock, readLastReceipt } from './receipt-clock.ts'
import type { Appended } from './record-store.ts'
import { createSealGroups } from './seal-groups.ts'
import { createTreeStore, readTreeSize } from './tree-rows.ts'

/** What one step of the broker works with: the transaction, and the trail that commits with it. */
export interface TrailStep {
  readonly transaction: Transaction<Tables>
  /** Adds a fact. It is sealed when the step ends, in the same transaction: neither exists without the other. */
  record(event: BrokerEvent): void
}

export interface Trail {
  /** Runs a change of state together with the records of it: both become durable, or neither. */
  transact<T>(work: (step: TrailStep) => Promise<T>): Promise<T>
  /**
   * Seals what a session sent. Resolves when it is durable.
   *
   * @throws SnowfenceError `ERR_AUDIT_RECORD_CONFLICT`, `ERR_AUDIT_NOT_DURABLE`
   */
  seal(session: SessionRecord, spans: readonly CanonicalSpan[]): Promise<Receipt>
  /** When the last record of an earlier run was received; null for a new trail. */
  readonly continuedFrom: Date | null
  /** For heads and proofs. Whoever asks for the head finds everything that was acknowledged before in the database. */
  readonly tree: Pick<AuditTree, 'head' | 'inclusionProof' | 'consistencyProof' | 'evidence'>
  /** Resolves when the database holds everything that was acknowledged. @throws SnowfenceError `ERR_AUDIT_NOT_DURABLE` */
  settle(): Promise<void>
  close(): Promise<void>
}

export interface TrailOptions {
  readonly database: Pick<Database, 'tables' | 'journalFile' | 'isOwned'>
  readonly clock: Clock
  /** Told of every sealed record after it is durable. Must not throw or block. */
  readonly onSealed: (records: readonly SealedRecord[]) => void
}

const sourceOf = (
  producer: RecordSource['producer'],
  sessionId: string | null,
  principal: RecordSource['principal'],
  receivedAt: string,
): RecordSource => ({
  producer,
  sessionId,
  principal: principal === null ? null : { issuer: principal.issuer, subject: principal.subject },
  receivedAt,
})

const assertDifferent = (spans: readonly CanonicalSpan[]): void => {
  if (new Set(spans.map(({ traceId, spanId }) => `${traceId}/${spanId}`)).size === spans.length) return
  throw new SnowfenceError('ERR_AUDIT_RECORD_CONFLICT', {
    message: 'one request holds two spans with one id',
  })
}

/** @throws SnowfenceError `ERR_BROKER_DATA_CORRUPT` when the journal and the database do not belong together. */
export const openTrail = async ({ database, clock, onSealed }: TrailOptions): Promise<Trail> => {
  const { tables, journalFile, isOwned = () => true } = database
  const receipts = createReceiptClock(clock)
  const store =
    journalFile === null
      ? createDatabaseStore(tables, receipts)
      : await openJournaledStore(tables, {
          file: journalFile,
          headFile: journalFile.replace(/\.jsonl$/, '.head'),
          isOwned,
        })
  const last = await readLastReceipt(tables, await readTreeSize(tables))
  if (last !== null) receipts.atLeast(last)
  const addToGroup = createSealGroups(store)
  const treeStore = createTreeStore(tables)
  const tree = createAuditTree({
    ...treeStore,
    // Every question about the tree begins with its size, so none is answered without what is still in the journal.
    size: async () => {
      await store.settle()
      return treeStore.size()
    },
  })

  const trail: Trail = {
    tree,
    continuedFrom: last,
    async transact(work) {
      const { result, records } = await store.transact(async (transaction) => {
        const now = clock()
        const events: { readonly event: BrokerEvent; readonly span: CanonicalSpan }[] = []
        const result = await work({
          transaction,
          record: (event) => void events.push({ event, span: spanOfEvent(event, now) }),
        })
        const seal = (): SealedRecord[] => {
          const receivedAt = receipts.now()
          return events.map(({ event: { sessionId, principal }, span }) =>
            sealRecord(span, sourceOf('broker', sessionId, principal, receivedAt)),
          )
        }
        return { result, seal }
      })
      if (records.length > 0) onSealed(records)
      return result
    },
    async seal(session, spans) {
      assertDifferent(spans)
      const seal = (): SealedRecord[] => {
        const source = sourceOf('sdk', session.id, session.principal, receipts.now())
        return spans.map((span) => sealRecord(span, source))
      }
      const appended = await new Promise<Appended>((accept, refuse) => {
        addToGroup({ sessionId: session.id, spans: spans.length, seal, accept, refuse })
      })
      if (appended.records.length > 0) onSealed(appended.records)
      return appended.receipt
    },
    settle: () => store.settle(),
    close: () => store.close(),
  }
  if (store.isHeadMissing) await recordMissingHead(trail, await readTreeSize(tables))
  return trail
}

/** Whoever deletes the kept head together with the journal leaves this record. */
const recordMissingHead = (trail: Trail, size: number): Promise<void> =>
  trail.transact(async ({ record }) => {
    record({
      name: 'trail.head_missing',
      sessionId: null,
      principal: null,
      attributes: { 'snowfence.trail.size': size },
    })
  })
