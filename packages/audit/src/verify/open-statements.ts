import type { OpenStatements } from './verification-report.ts'

const MOST_TRACES = 20

/** What a record says about a statement: that it may run, or how it ended. */
export interface StatementStep {
  readonly kind: 'authorized' | 'ended'
  /** The session, trace and span of the statement. */
  readonly statement: string
  /** When the record was received, ISO 8601. */
  readonly at: string
}

interface RecordShape {
  readonly source?: { readonly sessionId?: unknown; readonly receivedAt?: unknown } | null
  readonly span?: {
    readonly traceId?: unknown
    readonly spanId?: unknown
    readonly parentSpanId?: unknown
    readonly attributes?: Readonly<Record<string, unknown>> | null
  } | null
}

const parse = (text: string): RecordShape | null => {
  // Most records are neither, and reading each of them twice would cost as much as hashing it.
  if (!text.includes('"snowfence.span":"authorize"') && !text.includes('"snowfence.span":"query"'))
    return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

/**
 * The step of a statement that a record's text tells of, or null.
 *
 * A statement that was denied has one `authorize` record, and nothing of it runs. Any other has an `authorize` record below
 * its `query` record, which ends it.
 */
export const readStep = (text: string): StatementStep | null => {
  const { source, span } = parse(text) ?? {}
  const { attributes } = span ?? {}
  const { sessionId, receivedAt } = source ?? {}
  const kind = attributes?.['snowfence.span']
  if (typeof receivedAt !== 'string' || typeof span?.traceId !== 'string') return null
  const nameOf = (spanId: unknown): string =>
    `${String(sessionId ?? '')}/${String(span.traceId)}/${String(spanId)}`
  if (kind === 'query') return { kind: 'ended', statement: nameOf(span.spanId), at: receivedAt }
  if (kind !== 'authorize' || attributes?.['snowfence.decision'] === 'deny') return null
  return { kind: 'authorized', statement: nameOf(span.parentSpanId), at: receivedAt }
}

/** Statements that were authorized and of which no step says how they ended. The order of the steps does not matter. */
export const countOpenStatements = (steps: readonly StatementStep[]): OpenStatements => {
  const ended = new Set(steps.filter(({ kind }) => kind === 'ended').map(({ statement }) => statement))
  const open = new Map<string, string>()
  for (const { kind, statement, at } of steps) {
    if (kind === 'authorized' && !ended.has(statement)) open.set(statement, open.get(statement) ?? at)
  }
  const oldest = [...open].sort(([, left], [, right]) => (left < right ? -1 : left > right ? 1 : 0))
  const traces = new Set(oldest.map(([statement]) => statement.split('/').at(-2) ?? ''))
  return { count: open.size, since: oldest[0]?.[1] ?? null, traces: [...traces].slice(0, MOST_TRACES) }
}
