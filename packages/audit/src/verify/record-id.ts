import { canonicalJson } from '@snowfence/core'
import { recordId } from '../codec/audit-record.ts'

const isHex = (value: unknown, length: number): value is string =>
  typeof value === 'string' && value.length === length && /^[0-9a-f]+$/.test(value)

/** The id in a record's text; null when the text is not a record of a known version in canonical form. */
export const readRecordId = (text: string): string | null => {
  let record: {
    version?: unknown
    source?: { sessionId?: unknown }
    span?: { traceId?: unknown; spanId?: unknown }
  } | null
  try {
    record = JSON.parse(text)
    if (canonicalJson(record) !== text) return null
  } catch {
    return null
  }
  const { traceId, spanId } = record?.span ?? {}
  const sessionId = record?.source?.sessionId
  if (record?.version !== 1 || !isHex(traceId, 32) || !isHex(spanId, 16)) return null
  if (sessionId !== null && typeof sessionId !== 'string') return null
  return recordId({ traceId, spanId }, { sessionId })
}
