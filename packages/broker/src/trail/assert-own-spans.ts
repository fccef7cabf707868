import { type CanonicalSpan, findSpanProblems, spanAttributes } from '@snowfence/audit'
import { SnowfenceError } from '@snowfence/core'
import { redactText } from '@snowfence/sql'
import type { SessionRecord } from '../sessions/session.ts'
import { BROKER_SERVICE } from './broker-event.ts'

const MAX_SPANS = 1000

const refuse = (message: string): SnowfenceError =>
  new SnowfenceError('ERR_AUDIT_RECORD_REFUSED', { message })

/** What a session's spans may say of who sends them, as JSON in the form that every maker of spans gives it. */
const describeSender = ({
  principal,
  formerGroups,
  purpose,
  agent,
}: SessionRecord): readonly [string, readonly string[]][] => {
  const values = {
    'snowfence.principal.issuer': principal.issuer,
    'snowfence.principal.groups': principal.groups,
    'user.id': principal.subject,
    'snowfence.purpose': purpose,
    'gen_ai.agent.id': agent.id,
  }
  const former = { 'snowfence.principal.groups': formerGroups ?? principal.groups }
  // A record that was made before the session was renewed may arrive after it.
  const accepted = [values, former].map((each) => spanAttributes('session', each))
  return Object.keys(values).map((name) => [
    name,
    accepted.filter((each) => name in each).map((each) => JSON.stringify(each[name])),
  ])
}

const senders = new WeakMap<SessionRecord, readonly [string, readonly string[]][]>()

/** Of a session that is remembered, computed once. */
const senderOf = (session: SessionRecord): readonly [string, readonly string[]][] => {
  const known = senders.get(session) ?? describeSender(session)
  senders.set(session, known)
  return known
}

const countPlaceholders = (text: string): number => text.split('?').length

/** Redacting finds nothing more in text that is free of literals: it can only lose placeholders, never gain any. */
const holdsLiterals = (sqlText: string): boolean =>
  countPlaceholders(redactText(sqlText)) > countPlaceholders(sqlText)

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
    if (attributes['snowfence.session.id'] !== session.id) {
      throw refuse('a span does not carry the id of its own session in `snowfence.session.id`')
    }
    for (const [name, values] of sender) {
      const claimed = attributes[name]
      if (claimed !== undefined && !values.includes(JSON.stringify(claimed))) {
        throw refuse(`a span says something else in \`${name}\` than its session`)
      }
    }
    if (resource['service.name'] === BROKER_SERVICE) throw refuse('a span claims to come from the broker')
    const [problem] = findSpanProblems(span)
    if (problem !== undefined) throw refuse(`a span is not in the form of the audit schema: ${problem}`)
    const sqlText = attributes['db.query.text']
    if (typeof sqlText === 'string' && holdsLiterals(sqlText)) {
      throw refuse('the SQL text of a span holds a literal')
    }
  }
}
