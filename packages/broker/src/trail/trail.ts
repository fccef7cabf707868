import {
  type AuditTree,
  type CanonicalSpan,
  createAuditTree,
  emptyFrontier,
  type RecordSource,
  type SealedRecord,
} from '@snowfence/audit'
import type { Receipt } from '@snowfence/core'
import type { Kysely, Transaction } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Tables } from '../database/tables.ts'
import type { SessionRecord } from '../sessions/session.ts'
import { appendAtEdge } from './append-at-edge.ts'
import { type Appended, appendRecords, type SourcedSpan } from './append-records.ts'
import { type BrokerEvent, spanOfEvent } from './broker-event.ts'
import { createTreeStore } from './tree-rows.ts'

/** What one step of the broker works with: the transaction, and the trail that commits with it. */
export interface TrailStep {
  readonly transaction: Transaction<Tables>
  /** Adds a fact. It is sealed when the step ends, in the same transaction: neither exists without the other. */
  record(event: BrokerEvent): void
}

export interface Trail {
  /** Runs a change of state together with the records of it: both become durable, or neither. */
  transact<T>(work: (step: TrailStep) => Promise<T>): Promise<T>
  /** Seals what a session sent. Resolves when it is durable. */
  seal(session: SessionRecord, spans: readonly CanonicalSpan[]): Promise<Receipt>
  /** For heads and proofs. */
  readonly tree: AuditTree
}

export interface TrailOptions {
  readonly database: Kysely<Tables>
  readonly clock: Clock
  /** Told of every sealed record after it is durable. Must not throw or block. */
  readonly onSealed: (records: readonly SealedRecord[]) => void
}

const sourceOf = (
  producer: RecordSource['producer'],
  sessionId: string | null,
  principal: RecordSource['principal'],
  now: Date,
): RecordSource => ({
  producer,
  sessionId,
  principal: principal === null ? null : { issuer: principal.issuer, subject: principal.subject },
  receivedAt: now.toISOString(),
})

export const createTrail = ({ database, clock, onSealed }: TrailOptions): Trail => {
  let known = emptyFrontier
  let sealing: Promise<undefined> = Promise.resolve(undefined)

  // INVARIANT: the remembered edge is one that was committed; a rolled back one could be taken for a later tree.
  const committed = ({ frontier, records }: Appended): void => {
    if (frontier.size >= known.size) known = frontier
    if (records.length > 0) onSealed(records)
  }

  return {
    tree: createAuditTree(createTreeStore(database)),
    async transact(work) {
      const { result, appended } = await database.transaction().execute(async (transaction) => {
        const now = clock()
        const spans: SourcedSpan[] = []
        const result = await work({
          transaction,
          record(event) {
            const { sessionId, principal } = event
            spans.push({
              span: spanOfEvent(event, now),
              source: sourceOf('broker', sessionId, principal, now),
            })
          },
        })
        const appended = spans.length === 0 ? null : await appendRecords(transaction, spans, known, now)
        return { result, appended }
      })
      if (appended !== null) committed(appended)
      return result
    },
    async seal(session, spans) {
      const now = clock()
      const source = sourceOf('sdk', session.id, session.principal, now)
      const sourced = spans.map((span) => ({ span, source }))
      // INVARIANT: one at a time in this process, so that each finds the edge where the one before it left it.
      const appending = sealing.then(async () => {
        const appended =
          (sourced.length > 0 ? await appendAtEdge(database, sourced, known, now) : null) ??
          (await database
            .transaction()
            .execute((transaction) => appendRecords(transaction, sourced, known, now)))
        committed(appended)
        return appended.receipt
      })
      sealing = appending.then(
        () => undefined,
        () => undefined,
      )
      return appending
    },
  }
}
