import { type CanonicalSpan, findSpanProblems, spanAttributes } from '@snowfence/audit'
import { SnowfenceError } from '@snowfence/core'
import { holdsLiterals } from '@snowfence/sql'
import type { SessionRecord } from '../sessions/session.ts'
import { BROKER_SERVICE } from './broker-event.ts'

const MAX_SPANS = 1000

/** What may stand in an attribute, by its name, each as JSON; nothing where the session has no such attribute. */
type Sender = readonly (readonly [name: string, values: readonly string[]])[]

/** `details` names the span that is refused, when it is one. */
const refuse = (message: string, span?: CanonicalSpan): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_RECORD_REFUSED', {
    message,
    details: span === undefined ? {} : { traceId: span.traceId, spanId: span.spanId },
  })

/** An attribute, and what the schema adds to one that is cut. */
const parts = ['', '.length', '.digest', '.overflow', '.shortened']

/** What a session's spans may say of who sends them, as JSON in the form that every maker of spans gives it. */
const describeSender = ({ principal, formerGroups, purpose, agent }: SessionRecord): Sender => {
  const values = {
    'snowfence.principal.issuer': principal.issuer,
    'snowfence.principal.groups': principal.groups,
    'user.id': principal.subject,
    'snowfence.purpose': purpose,
    'gen_ai.agent.id': agent.id,
    'gen_ai.agent.name': agent.name,
    'gen_ai.agent.version': agent.version,
    'gen_ai.conversation.id': agent.conversationId,
    'gen_ai.request.model': agent.model,
  }
  const former = { 'snowfence.principal.groups': formerGroups ?? principal.groups }
  // A record that was made before the session was renewed may arrive after it.
  const accepted = [values, former].map((each) => spanAttributes('session', each))
  return Object.keys(values)
    .flatMap((name) => parts.map((part) => `${name}${part}`))
    .map((name) => [name, accepted.filter((each) => name in each).map((each) => JSON.stringify(each[name]))])
}

const senders = new WeakMap<SessionRecord, Sender>()

/** Of a session that is remembered, computed once. */
const senderOf = (session: SessionRecord): Sender => {
  const known = senders.get(session) ?? describeSender(session)
  senders.set(session, known)
  return known
}

/** How a request for approval ended that gave nothing: the broker cancels those of a revoked session itself. */
const endings = new Set(['cancelled', 'expired', 'rejected', 'revoked'])

/** Whether the span says how a statement ended, or why it never ran. */
const tellsEnding = ({ attributes }: CanonicalSpan): boolean =>
  (attributes['snowfence.span'] === 'query' && typeof attributes['snowfence.outcome'] === 'string') ||
  (attributes['snowfence.span'] === 'approval' &&
    endings.has(String(attributes['snowfence.approval.outcome'])))

/**
 * Refuses spans that speak of another session, principal or purpose than that whose token sent them, or in the name of
 * the broker, and spans that are not in the form of the audit schema, where values could hide. All or nothing: one bad
 * span refuses the request.
 *
 * @throws SnowfenceError `ERR_AUDIT_RECORD_REFUSED`
 */
export const assertOwnSpans = (session: SessionRecord, spans: readonly CanonicalSpan[]): void => {
  if (spans.length > MAX_SPANS) throw refuse(`a request holds at most ${MAX_SPANS} spans`)
  const sender = senderOf(session)
  for (const span of spans) {
    const { attributes, resource } = span
    if (session.isRevoked === true && !tellsEnding(span))
      throw refuse('the session was revoked: it may only say how its statements ended', span)
    if (attributes['snowfence.session.id'] !== session.id) {
      throw refuse('a span does not carry the id of its own session in `snowfence.session.id`', span)
    }
    for (const [name, values] of sender) {
      const claimed = attributes[name]
      if (claimed !== undefined && !values.includes(JSON.stringify(claimed))) {
        throw refuse(`a span says something else in \`${name}\` than its session`, span)
      }
    }
    if (resource['service.name'] === BROKER_SERVICE)
      throw refuse('a span claims to come from the broker', span)
    const [problem] = findSpanProblems(span)
    if (problem !== undefined) throw refuse(`a span is not in the form of the audit schema: ${problem}`, span)
    const sqlText = attributes['db.query.text']
    if (typeof sqlText === 'string' && holdsLiterals(sqlText)) {
      throw refuse('the SQL text of a span holds a literal', span)
    }
  }
}
