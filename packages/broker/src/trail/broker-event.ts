import { randomBytes } from 'node:crypto'
import { type AuditAttributeValues, type CanonicalSpan, spanAttributes } from '@snowfence/audit'
import packageJson from '../../package.json' with { type: 'json' }

/** Everything the broker itself does that the trail must show. Past tense: each is a fact. */
const brokerEventNames = [
  'policy.loaded',
  'trail.clock_changed',
  'trail.head_missing',
  'identity.refused',
  'identity.refusals_counted',
  'session.created',
  'session.closed',
  'session.revoked',
  'session.groups_changed',
  'session.record_refused',
  'session.principal_revoked',
  'session.principal_restored',
  'lease.issued',
  'approval.requested',
  'approval.shown',
  'approval.decided',
  'approval.approved',
  'approval.rejected',
  'approval.cancelled',
  'approval.withdrawn',
  'approval.revoked',
  'approval.expired',
  'approval.claimed',
  'approval.settled',
  'approval.indeterminate',
] as const
export type BrokerEventName = (typeof brokerEventNames)[number]

export interface BrokerEvent {
  readonly name: BrokerEventName
  /** The session it is about, and the principal of that session or the person who acted. */
  readonly sessionId: string | null
  readonly principal: { readonly issuer: string; readonly subject: string } | null
  readonly attributes: AuditAttributeValues
  /** W3C trace context of the request that caused it, so that it is seen in the agent's own trace. */
  readonly traceparent?: string | undefined
}

/** What the broker calls itself in spans. No session may. */
export const BROKER_SERVICE = 'snowfence-broker'

const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/

const readParent = (traceparent: string | undefined): { traceId: string; spanId: string } | null => {
  const match = TRACEPARENT.exec(traceparent ?? '')
  const [, traceId, spanId] = match ?? []
  if (traceId === undefined || spanId === undefined) return null
  return /^0+$/.test(traceId) || /^0+$/.test(spanId) ? null : { traceId, spanId }
}

type BrokerSpanKind = 'policy' | 'trail' | 'identity' | 'session' | 'lease' | 'approval'

const kindOf = (name: BrokerEventName): BrokerSpanKind => name.split('.', 1)[0] as BrokerSpanKind

const attributesOf = ({ name, sessionId, principal, attributes }: BrokerEvent): CanonicalSpan['attributes'] =>
  // Text, whole numbers, booleans and lists of them: those are canonical as they are.
  spanAttributes(kindOf(name), {
    'snowfence.event': name,
    ...(sessionId === null ? {} : { 'snowfence.session.id': sessionId }),
    ...(principal === null
      ? {}
      : { 'snowfence.principal.issuer': principal.issuer, 'user.id': principal.subject }),
    ...attributes,
  }) as CanonicalSpan['attributes']

/** The event as a span: what a trace viewer shows is what was sealed. */
export const spanOfEvent = (event: BrokerEvent, now: Date): CanonicalSpan => {
  const parent = readParent(event.traceparent)
  const time = `${BigInt(now.getTime()) * 1_000_000n}`
  return {
    traceId: parent?.traceId ?? randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    parentSpanId: parent?.spanId ?? null,
    traceState: '',
    flags: 1,
    name: event.name,
    kind: 1,
    startTimeUnixNano: time,
    endTimeUnixNano: time,
    status: { code: 0, message: '' },
    attributes: attributesOf(event),
    events: [],
    links: [],
    dropped: { attributes: 0, events: 0, links: 0 },
    scope: { name: packageJson.name, version: packageJson.version, attributes: {} },
    resource: { 'service.name': BROKER_SERVICE, 'service.version': packageJson.version },
  }
}
