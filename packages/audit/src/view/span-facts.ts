import type { CanonicalSpan, CanonicalValue } from '../codec/canonical-span.ts'
import type { AuditAttributeName } from '../schema/audit-attributes.ts'

/** One fact about a span, for a person. */
export interface SpanFact {
  readonly label: string
  readonly value: string
}

/** The attributes worth a place beside a span, in reading order. */
const labels: readonly (readonly [AuditAttributeName, string])[] = [
  ['snowfence.decision', 'decision'],
  ['snowfence.decision.rules', 'rules'],
  ['snowfence.decision.reasons', 'reasons'],
  ['snowfence.statement.refusal', 'refusal'],
  ['snowfence.approval.id', 'approval'],
  ['snowfence.approval.outcome', 'answer'],
  ['snowfence.approval.approvers', 'by'],
  ['snowfence.columns.masked', 'masked'],
  ['snowfence.columns.revealed', 'revealed'],
  ['snowfence.outcome', 'outcome'],
  ['db.response.returned_rows', 'rows'],
  ['snowfence.role.elevated', 'role'],
  ['snowfence.lease.id', 'lease'],
  ['snowfence.query.id', 'query id'],
  ['snowfence.findings', 'findings'],
  ['error.type', 'error'],
]

// A span may come from anybody with a session: nothing of it may steer a terminal or turn text around.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu

export const printable = (text: string): string => text.replace(UNPRINTABLE, '�')

const textOf = (value: CanonicalValue): string =>
  printable(
    Array.isArray(value)
      ? value.map(textOf).join(', ')
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value),
  )

/** The facts of a span; on a query span, what its authorize span already says is left out when `isBrief`. */
export const spanFacts = ({ attributes }: CanonicalSpan, isBrief: boolean): SpanFact[] =>
  labels.flatMap(([name, label]) => {
    const value = attributes[name]
    const isRepeated = isBrief && name.startsWith('snowfence.decision')
    return value === undefined || isRepeated ? [] : [{ label, value: textOf(value) }]
  })
