import {
  appendLeaves,
  type CanonicalSpan,
  type Frontier,
  frontierNodes,
  frontierRoot,
  isSameSpan,
  type RecordSource,
  type SealedRecord,
  sealRecord,
} from '@snowfence/audit'
import { type Receipt, SnowfenceError } from '@snowfence/core'
import type { Transaction } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { appendTreeNodes, readTreeNodes, readTreeSize } from './tree-rows.ts'

export interface SourcedSpan {
  readonly span: CanonicalSpan
  readonly source: RecordSource
}

export interface Appended {
  readonly receipt: Receipt
  readonly records: readonly SealedRecord[]
  readonly frontier: Frontier
}

const idOf = ({ traceId, spanId }: CanonicalSpan): string => `${traceId}/${spanId}`

/**
 * Leaves out spans that are sealed already, so that a retry after a lost answer adds nothing.
 *
 * @throws SnowfenceError `ERR_AUDIT_RECORD_CONFLICT` when a span id is sealed with other contents or by another source.
 */
const withoutSealed = async (
  transaction: Transaction<Tables>,
  spans: readonly SourcedSpan[],
): Promise<readonly SourcedSpan[]> => {
  if (spans.length === 0) return spans
  const rows = await transaction
    .selectFrom('records')
    .select(['trace_id', 'span_id', 'session_id', 'body'])
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('trace_id', 'span_id'),
        'in',
        spans.map(({ span }) => tuple(span.traceId, span.spanId)),
      ),
    )
    .execute()
  if (rows.length === 0) return spans
  const sealed = new Map(rows.map((row) => [`${row.trace_id}/${row.span_id}`, row]))
  return spans.filter(({ span, source }) => {
    const row = sealed.get(idOf(span))
    if (row === undefined) return true
    const before = JSON.parse(row.body) as { readonly span: CanonicalSpan }
    if (row.session_id === source.sessionId && isSameSpan(before.span, span)) return false
    throw new SnowfenceError('ERR_AUDIT_RECORD_CONFLICT', {
      message: `a record with the span id \`${span.spanId}\` is already sealed with other contents`,
    })
  })
}

/** A sealed record as its row. */
export const rowOfRecord = (
  { record, text, leafHash }: SealedRecord,
  leafIndex: number,
  receivedAt: Date,
) => ({
  leaf_index: leafIndex,
  leaf_hash: leafHash,
  source: record.source.producer === 'broker' ? ('broker' as const) : ('session' as const),
  session_id: record.source.sessionId,
  name: record.span.name,
  trace_id: record.span.traceId,
  span_id: record.span.spanId,
  body: text,
  received_at: receivedAt,
})

export const receiptOf = (frontier: Frontier, firstLeaf: number, leaves: number): Receipt => ({
  firstLeaf,
  leaves,
  treeSize: frontier.size,
  rootHash: Buffer.from(frontierRoot(frontier)).toString('base64'),
})

/**
 * Seals spans as records and appends them to the tree, in the caller's transaction: they are durable with it.
 *
 * @param known the right edge as this process last committed it, which saves reading it again.
 */
export const appendRecords = async (
  transaction: Transaction<Tables>,
  spans: readonly SourcedSpan[],
  known: Frontier,
  now: Date,
): Promise<Appended> => {
  const size = await readTreeSize(transaction, true)
  const before: Frontier =
    size === known.size ? known : { size, hashes: await readTreeNodes(transaction, frontierNodes(size)) }
  const records = (await withoutSealed(transaction, spans)).map(({ span, source }) =>
    sealRecord(span, source),
  )
  const { frontier, nodes } = appendLeaves(
    before,
    records.map(({ leafHash }) => leafHash),
  )
  if (records.length > 0) {
    await transaction
      .insertInto('records')
      .values(records.map((record, index) => rowOfRecord(record, size + index, now)))
      .execute()
    if (!(await appendTreeNodes(transaction, size, frontier.size, nodes))) {
      throw new SnowfenceError('ERR_AUDIT_NOT_DURABLE', {
        message: 'the audit tree grew while it was locked',
      })
    }
  }
  return { receipt: receiptOf(frontier, size, records.length), records, frontier }
}
