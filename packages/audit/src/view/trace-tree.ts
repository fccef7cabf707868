import { type AuditRecord, recordId } from '../codec/audit-record.ts'
import type { CanonicalSpan } from '../codec/canonical-span.ts'
import { printable, type SpanFact, spanFacts } from './span-facts.ts'
import { timeSkewOf } from './time-skew.ts'

/** One span of a trace as a line of a tree. All text is safe to print. */
export interface TraceTreeLine {
  readonly spanId: string
  /** 0 for a span without a parent among the records. */
  readonly depth: number
  /** The branch in front of the name: `├─ `, `│  └─ `, empty for a root. */
  readonly branch: string
  /** The branch in front of further lines about the same span. */
  readonly detailBranch: string
  readonly name: string
  readonly kind: string
  /** Who recorded it, as verified when it was sealed. */
  readonly producer: AuditRecord['source']['producer']
  readonly durationMilliseconds: number
  readonly isError: boolean
  readonly facts: readonly SpanFact[]
}

interface Place {
  readonly record: AuditRecord
  readonly depth: number
  readonly branch: string
  readonly continuation: string
}

const byStart = (left: AuditRecord, right: AuditRecord): number => {
  const difference = BigInt(left.span.startTimeUnixNano) - BigInt(right.span.startTimeUnixNano)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

const durationOf = ({ startTimeUnixNano, endTimeUnixNano }: CanonicalSpan): number =>
  Number(BigInt(endTimeUnixNano) - BigInt(startTimeUnixNano)) / 1e6

const skewFacts = (record: AuditRecord): SpanFact[] => {
  const skew = timeSkewOf(record)
  if (skew === null) return []
  const seconds = Math.round(Math.abs(skew) / 1000)
  return [{ label: 'misdated', value: `${seconds} s ${skew > 0 ? 'before' : 'after'} it was received` }]
}

const isAuthorize = ({ span }: AuditRecord): boolean => span.attributes['snowfence.span'] === 'authorize'

const lineOf = (
  { record, depth, branch, continuation }: Place,
  children: readonly AuditRecord[],
): TraceTreeLine => ({
  spanId: record.span.spanId,
  depth,
  branch,
  detailBranch: `${continuation}${children.length > 0 ? '│  ' : '   '}`,
  name: printable(record.span.name),
  kind: printable(String(record.span.attributes['snowfence.span'] ?? 'span')),
  producer: record.source.producer,
  durationMilliseconds: durationOf(record.span),
  isError: record.span.status.code === 2,
  facts: [...skewFacts(record), ...spanFacts(record.span, children.some(isAuthorize))],
})

const childPlaces = (children: readonly AuditRecord[], parent: Place | null): Place[] =>
  children.map((record, index) => {
    if (parent === null) return { record, depth: 0, branch: '', continuation: '' }
    const isLast = index === children.length - 1
    return {
      record,
      depth: parent.depth + 1,
      branch: `${parent.continuation}${isLast ? '└─ ' : '├─ '}`,
      continuation: `${parent.continuation}${isLast ? '   ' : '│  '}`,
    }
  })

/**
 * Finds the parent of a record, or null: that of its own session before any other, since a session gives its spans
 * what ids it likes. Between two others, the one that was sealed first.
 */
const findParents = (
  records: readonly AuditRecord[],
  traceId: string,
): ((record: AuditRecord) => AuditRecord | null) => {
  const first = new Map<string, AuditRecord>()
  for (const record of records) {
    const { span, source } = record
    if (span.traceId !== traceId) continue
    for (const id of [span.spanId, recordId(span, source)]) if (!first.has(id)) first.set(id, record)
  }
  return ({ span, source }) => {
    const { parentSpanId } = span
    if (parentSpanId === null) return null
    return first.get(recordId({ traceId, spanId: parentSpanId }, source)) ?? first.get(parentSpanId) ?? null
  }
}

/**
 * Arranges the records of one trace as a tree, earliest first. Every record of the trace is in it exactly once, also
 * when its parent was not recorded, or spans name each other as parents.
 */
export const buildTraceTree = (records: readonly AuditRecord[], traceId: string): TraceTreeLine[] => {
  const own = records.filter(({ span }) => span.traceId === traceId).sort(byStart)
  const parentOf = findParents(records, traceId)
  const childrenOf = new Map<AuditRecord | null, AuditRecord[]>()
  for (const record of own) {
    const parent = parentOf(record)
    const siblings = childrenOf.get(parent)
    if (siblings === undefined) childrenOf.set(parent, [record])
    else siblings.push(record)
  }
  const lines: TraceTreeLine[] = []
  const seen = new Set<AuditRecord>()

  // A stack and not recursion: a chain of spans can be as long as somebody likes.
  const walk = (roots: readonly AuditRecord[]): void => {
    const stack = childPlaces(roots, null).reverse()
    for (let place = stack.pop(); place !== undefined; place = stack.pop()) {
      if (seen.has(place.record)) continue
      seen.add(place.record)
      const children = childrenOf.get(place.record) ?? []
      lines.push(lineOf(place, children))
      stack.push(...childPlaces(children, place).reverse())
    }
  }
  walk(childrenOf.get(null) ?? [])
  for (const record of own) if (!seen.has(record)) walk([record])
  return lines
}

/** The tree as plain text: a line per span, and one below it with its facts. */
export const renderTraceTree = (records: readonly AuditRecord[], traceId: string): string =>
  buildTraceTree(records, traceId)
    .map(({ branch, detailBranch, name, kind, producer, durationMilliseconds, isError, facts }) => {
      const head = `${branch}${name}  ${kind} · ${producer} · ${durationMilliseconds.toFixed(1)} ms${isError ? ' · error' : ''}`
      const details = facts.map(({ label, value }) => `${label} ${value}`).join(' · ')
      return details === '' ? head : `${head}\n${detailBranch}${details}`
    })
    .join('\n')
