import type { SealedRecord } from '@snowfence/audit'

/** The columns of a record's row that are read from the record itself. */
export const recordRow = ({ record: { source, span } }: SealedRecord) => ({
  source: source.producer === 'broker' ? 'broker' : 'session',
  session_id: source.sessionId,
  name: span.name,
  trace_id: span.traceId,
  span_id: span.spanId,
  received_at: source.receivedAt,
})
