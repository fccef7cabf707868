import { canonicalJson } from '@snowfence/core'
import { hashLeaf } from '../tree/hash.ts'
import type { CanonicalSpan } from './canonical-span.ts'

/** Who handed a span over, as verified by the one who sealed it: what the span says of itself is only a claim. */
export interface RecordSource {
  /** `broker` for what the broker recorded itself, `sdk` for what a session sent, `local` for a journal without a broker. */
  readonly producer: 'broker' | 'sdk' | 'local'
  readonly sessionId: string | null
  /** Issuer and subject of the session's verified token. */
  readonly principal: { readonly issuer: string; readonly subject: string } | null
  /** ISO 8601, by the sealer's clock: a span's own times cannot be trusted for order. */
  readonly receivedAt: string
}

/** What a leaf of the audit tree is. Version 1 is frozen: a change of form is another version. */
export interface AuditRecord {
  readonly version: 1
  readonly source: RecordSource
  readonly span: CanonicalSpan
}

export interface SealedRecord {
  /** `sessionId/traceId/spanId`: a second record with this id is a retry when its span is equal, and a conflict otherwise. */
  readonly id: string
  readonly record: AuditRecord
  /** The record as canonical JSON: these bytes in UTF-8 are hashed, stored and exported. */
  readonly text: string
  /** RFC 6962 leaf hash of the text. */
  readonly leafHash: Uint8Array
}

/**
 * What tells a record from every other one: the ids of its span, in the name of the session that sent it. Without the
 * session, whoever guesses an id could have the record of another session refused.
 */
export const recordId = (
  { traceId, spanId }: Pick<CanonicalSpan, 'traceId' | 'spanId'>,
  { sessionId }: Pick<RecordSource, 'sessionId'>,
): string => `${sessionId ?? ''}/${traceId}/${spanId}`

/** Gives a span the form in which it becomes a leaf. */
export const sealRecord = (span: CanonicalSpan, source: RecordSource): SealedRecord => {
  const record: AuditRecord = { version: 1, source, span }
  const text = canonicalJson(record)
  return { id: recordId(span, source), record, text, leafHash: hashLeaf(text) }
}

/** Whether two spans are one and the same record, sent twice. */
export const isSameSpan = (left: CanonicalSpan, right: CanonicalSpan): boolean =>
  canonicalJson(left) === canonicalJson(right)
