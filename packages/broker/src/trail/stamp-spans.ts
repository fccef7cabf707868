import type { CanonicalSpan, CanonicalValue } from '@snowfence/audit'
import { approvalStates, SnowfenceError } from '@snowfence/core'

/**
 * What a session records, by the kind of span: its events, if it has any. That a policy, a lease or a session began or
 * ended, and what people decided, is the broker's to record.
 */
const recorded: ReadonlyMap<CanonicalValue, readonly CanonicalValue[]> = new Map([
  ['authorize', []],
  ['query', []],
  ['approval', approvalStates.map((state) => `approval.${state}`)],
  ['session', ['session.started', 'session.continued', 'session.ended']],
])

const SESSION_SERVICE = 'snowfence'
const SESSION_SCOPE = '@snowfence/audit'
const VERSION = /^[\w.+-]{1,40}$/
/** A name without a summary: a few words without a digit, which no identifier can be written with. */
const PLAIN_NAME = /^(?=.{1,60}$)[A-Za-z]+(?:[ ._-][A-Za-z]+){0,5}$/
/** Internal and client spans. */
const otlpKinds: ReadonlySet<number> = new Set([1, 3])

const refuse = (message: string, { traceId, spanId }: CanonicalSpan): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_RECORD_REFUSED', { message, details: { traceId, spanId } })

const textOf = (value: CanonicalValue | undefined): string => (typeof value === 'string' ? value : '')
const listOf = (value: CanonicalValue | undefined): readonly CanonicalValue[] =>
  Array.isArray(value) ? value : []

/** `DATABASE.SCHEMA.TABLE` without its database and schema; a dot inside quotes is part of a name. */
const shortName = (table: string): string => /(?:"(?:[^"]|"")*"|[^."]+)$/.exec(table)?.[0] ?? table

/** The statement's kind and tables, as the span's own attributes have them: nothing else can be written there. */
const summaryOf = ({ attributes }: CanonicalSpan): string => {
  const kind = textOf(attributes['snowfence.statement.kind'])
  return [
    kind.toUpperCase().replaceAll('-', ' '),
    ...listOf(attributes['snowfence.tables']).map((table) => shortName(textOf(table))),
  ].join(' ')
}

const versionOf = (version: CanonicalValue | undefined): string => {
  const text = textOf(version)
  return VERSION.test(text) ? text : ''
}

/** The name that the SDK gives a span of this kind and summary. */
const nameOf = (span: CanonicalSpan, summary: string): string => {
  const { attributes, name } = span
  if (name === textOf(attributes['db.query.summary'])) return summary
  return attributes['snowfence.span'] === 'authorize' ? `authorize ${summary}` : summary
}

const assertKind = (span: CanonicalSpan): void => {
  const { attributes, kind, name } = span
  const events = recorded.get(attributes['snowfence.span'] ?? null)
  if (events === undefined || !otlpKinds.has(kind)) {
    throw refuse('a span is of a kind that a session does not record', span)
  }
  const event = attributes['snowfence.event']
  if (event !== undefined && !events.includes(event)) {
    throw refuse('a span has an event that a session does not record', span)
  }
  if (attributes['db.query.summary'] === undefined && !PLAIN_NAME.test(name)) {
    throw refuse('the name of a span is not made of words', span)
  }
}

/**
 * The spans of a session as they are sealed: of the kinds that a session records, and with the resource, scope, trace
 * state, name and summary that the broker gives them. Equal spans are stamped alike, so a retry stays one.
 *
 * @throws SnowfenceError `ERR_AUDIT_RECORD_REFUSED` for a span of another kind.
 */
export const stampSpans = (spans: readonly CanonicalSpan[]): CanonicalSpan[] =>
  spans.map((span) => {
    assertKind(span)
    const { attributes, resource, scope } = span
    const version = versionOf(resource['service.version'])
    const stamped = {
      ...span,
      traceState: '',
      scope: { name: SESSION_SCOPE, version: versionOf(scope.version), attributes: {} },
      resource: {
        'service.name': SESSION_SERVICE,
        'snowfence.producer': 'sdk',
        ...(version === '' ? {} : { 'service.version': version }),
      },
    }
    if (attributes['db.query.summary'] === undefined) return stamped
    const summary = summaryOf(span)
    return {
      ...stamped,
      name: nameOf(span, summary),
      attributes: { ...attributes, 'db.query.summary': summary },
    }
  })
