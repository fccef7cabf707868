import type { CanonicalSpan } from '@snowfence/audit'
import { describe, expect, it } from 'vitest'
import { stampSpans } from './stamp-spans.ts'

const PATIENT = 'John Smith 123-45-6789'

const span = (
  changes: Partial<CanonicalSpan> = {},
  attributes: CanonicalSpan['attributes'] = {},
): CanonicalSpan => ({
  traceId: '1'.repeat(32),
  spanId: '2'.repeat(16),
  parentSpanId: null,
  traceState: '',
  flags: 1,
  name: 'SELECT PATIENTS',
  kind: 3,
  startTimeUnixNano: '1',
  endTimeUnixNano: '2',
  status: { code: 0, message: '' },
  attributes: {
    'snowfence.span': 'query',
    'snowfence.schema.version': 1,
    'snowfence.statement.kind': 'select',
    'snowfence.tables': ['CLINIC.PUBLIC.PATIENTS'],
    'db.query.summary': 'SELECT PATIENTS',
    ...attributes,
  },
  events: [],
  links: [],
  dropped: { attributes: 0, events: 0, links: 0 },
  scope: { name: '@snowfence/audit', version: '1', attributes: {} },
  resource: { 'service.name': 'snowfence', 'snowfence.producer': 'sdk' },
  ...changes,
})
const stamp = (one: CanonicalSpan): CanonicalSpan => stampSpans([one])[0]!

describe('the spans of a session', () => {
  it('are sealed as the SDK makes them', () => {
    const authorize = span({ name: 'authorize SELECT PATIENTS', kind: 1 }, { 'snowfence.span': 'authorize' })
    for (const one of [span(), authorize]) expect(stamp(one)).toEqual(one)
    const unsupported = span(
      { name: 'UNSUPPORTED' },
      {
        'snowfence.statement.kind': 'unsupported',
        'snowfence.tables': [],
        'db.query.summary': 'UNSUPPORTED',
      },
    )
    expect(stamp(unsupported)).toEqual(unsupported)
    const tables = ['"A"."B"."odd.name"', 'A.B.C']
    const quoted = span(
      { name: 'CREATE TABLE "odd.name" C' },
      {
        'snowfence.statement.kind': 'create-table',
        'snowfence.tables': tables,
        'db.query.summary': 'CREATE TABLE "odd.name" C',
      },
    )
    expect(stamp(quoted)).toEqual(quoted)
  })

  it.each<[string, CanonicalSpan]>([
    ['its name', span({ name: PATIENT })],
    ['its summary', span({ name: PATIENT }, { 'db.query.summary': PATIENT })],
    ['its trace state', span({ traceState: `a=${PATIENT}` })],
    ['the name of its service', span({ resource: { 'service.name': PATIENT } })],
    ['the version of its service', span({ resource: { 'service.name': 'a', 'service.version': PATIENT } })],
    ['its producer', span({ resource: { 'snowfence.producer': PATIENT } })],
    ['its scope', span({ scope: { name: PATIENT, version: PATIENT, attributes: { a: PATIENT } } })],
  ])('carry nothing in %s', (_name, one) => {
    const stamped = stamp(one)
    expect(JSON.stringify(stamped)).not.toContain('6789')
    expect(stamped.resource['service.name']).toBe('snowfence')
    expect(stamped.resource['snowfence.producer']).toBe('sdk')
  })

  it('are stamped alike each time, so that a retry is known', () => {
    const one = span({ traceState: 'a=b', name: 'anything' })
    expect(stamp(stamp(one))).toEqual(stamp(one))
  })

  it.each<[string, CanonicalSpan]>([
    ['a policy', span({}, { 'snowfence.span': 'policy' })],
    ['a lease', span({}, { 'snowfence.span': 'lease', 'snowfence.event': 'lease.issued' })],
    ['a session', span({}, { 'snowfence.span': 'session', 'snowfence.event': 'session.revoked' })],
    ['no kind', span({}, { 'snowfence.span': '' })],
    [
      'a decision of a person',
      span({}, { 'snowfence.span': 'approval', 'snowfence.event': 'approval.decided' }),
    ],
    [
      'a request as the broker records it',
      span({}, { 'snowfence.span': 'approval', 'snowfence.event': 'approval.requested' }),
    ],
    ['an event of a statement', span({}, { 'snowfence.event': 'approval.approved' })],
    ['a request to a server', span({ kind: 2 })],
  ])('do not record %s', (_name, one) => {
    expect(() => stampSpans([one])).toThrowError(
      expect.objectContaining({ code: 'ERR_AUDIT_RECORD_REFUSED' }),
    )
  })

  it('have a name of words where they have no summary', () => {
    const { 'db.query.summary': _, ...attributes } = span().attributes
    expect(stamp({ ...span(), name: 'approval approved', attributes }).name).toBe('approval approved')
    for (const name of [PATIENT, '123', 'a@b.c', '', 'x'.repeat(61)])
      expect(() => stampSpans([{ ...span(), name, attributes }])).toThrow()
  })
})
