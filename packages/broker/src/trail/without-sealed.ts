import { type CanonicalSpan, isSameSpan, recordId, type SealedRecord } from '@snowfence/audit'
import { SnowfenceError } from '@snowfence/core'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database/tables.ts'
import type { SealRequest } from './record-store.ts'

/** The records of a request that are new, and where the others stand in the tree. */
export type Unsealed = Required<Pick<SealRequest, 'records' | 'held'>>

/**
 * Leaves out records of a session whose spans the database holds already, so that a retry after a lost answer adds
 * nothing, and says where they stand.
 *
 * @throws SnowfenceError `ERR_AUDIT_RECORD_CONFLICT` when a span of the session is sealed with other contents.
 */
export const withoutSealed = async (
  database: Kysely<Tables>,
  sessionId: string,
  records: readonly SealedRecord[],
): Promise<Unsealed> => {
  if (records.length === 0) return { records, held: [] }
  const rows = await database
    .selectFrom('records')
    .select(['trace_id', 'span_id', 'body', 'leaf_index'])
    .where(sql`coalesce(session_id, '')`, '=', sessionId)
    .where(({ eb, refTuple, tuple }) =>
      eb(
        refTuple('trace_id', 'span_id'),
        'in',
        records.map(({ record: { span } }) => tuple(span.traceId, span.spanId)),
      ),
    )
    .execute()
  const sealed = new Map(
    rows.map((row) => [recordId({ traceId: row.trace_id, spanId: row.span_id }, { sessionId }), row]),
  )
  const held: number[] = []
  const added = records.filter(({ id, record: { span, source } }) => {
    const row = sealed.get(id)
    if (row === undefined) return true
    const before = JSON.parse(row.body) as SealedRecord['record']
    // What the broker recorded about the session is not the session's to repeat.
    if (before.source.producer !== source.producer || !isSameSpan(before.span, span)) throw conflictOf(span)
    held.push(Number(row.leaf_index))
    return false
  })
  return { records: added, held }
}

const conflictOf = ({ spanId }: CanonicalSpan): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_RECORD_CONFLICT', {
    message: `a record with the span id \`${spanId}\` is already sealed with other contents`,
  })
