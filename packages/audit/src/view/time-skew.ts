import type { AuditRecord } from '../codec/audit-record.ts'

/** A record may be sent so long after its span ended, or be dated so far ahead, before it counts as misdated. */
const MAX_LATE_MS = 60 * 60 * 1000
const MAX_AHEAD_MS = 60 * 1000

/**
 * By how many milliseconds a session's record was received after its span ended, negative for a span that is dated in the
 * future; null within an hour after and a minute before. A session dates its spans by a clock of its own.
 */
export const timeSkewOf = ({ source, span }: AuditRecord): number | null => {
  if (source.producer !== 'sdk') return null
  const skew = Date.parse(source.receivedAt) - Number(BigInt(span.endTimeUnixNano) / 1_000_000n)
  return skew > MAX_LATE_MS || skew < -MAX_AHEAD_MS ? skew : null
}
