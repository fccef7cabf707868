import { type CanonicalSpan, isSameSpan, recordId, type SealedRecord } from '@snowfence/audit'
import { SnowfenceError } from '@snowfence/core'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database/tables.ts'

/**
 * Leaves out records of a session whose spans the database holds already, so that a retry after a lost answer adds
 * nothing.
 *
 * @throws SnowfenceError `ERR_AUDIT_RECORD_CONFLICT` when a span of the session is sealed with other contents.
 */
export const withoutSealed = async (
  database: Kysely<Tables>,
  sessionId: string,
  records: readonly SealedRecord[],
): Promise<readonly SealedRecord[]> => {
  if (records.length === 0) return records
  const rows = await database
    .selectFrom('records')
    .select(['trace_id', 'span_id', 'body'])
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
    rows.map((row) => [recordId({ traceId: row.trace_id, spanId: row.span_id }, { sessionId }), row.body]),
  )
  return records.filter(({ id, record: { span, source } }) => {
    const body = sealed.get(id)
    if (body === undefined) return true
    const before = JSON.parse(body) as SealedRecord['record']
    // What the broker recorded about the session is not the session's to repeat.
    if (before.source.producer === source.producer && isSameSpan(before.span, span)) return false
    throw conflictOf(span)
  })
}

const conflictOf = ({ spanId }: CanonicalSpan): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_RECORD_CONFLICT', {
    message: `a record with the span id \`${spanId}\` is already sealed with other contents`,
  })
