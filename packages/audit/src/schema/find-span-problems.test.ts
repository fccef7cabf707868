import { describe, expect, it } from 'vitest'
import type { CanonicalSpan } from '../codec/canonical-span.ts'
import { createMemorySink } from '../sink/memory-sink.ts'
import {
  completedOutcome,
  deniedDecision,
  sampleDecision,
  sampleIdentity,
  sampleSummary,
} from '../test-support/statement-samples.ts'
import { createAuditTrail } from '../trail/audit-trail.ts'
import { findSpanProblems } from './find-span-problems.ts'

const createSpans = async (): Promise<CanonicalSpan[]> => {
  const sink = createMemorySink()
  const trail = createAuditTrail({ sink, serviceName: 'agent' })
  const long = { ...sampleSummary, text: `SELECT ${'A, '.repeat(4000)}B` }
  const tables = Array.from({ length: 50 }, (_, number) => ({
    table: `CLINIC.PUBLIC.T${number}`,
    columns: ['A'],
  }))
  const statement = trail.begin(sampleIdentity)
  await statement.authorize({ summary: { ...long, reads: tables }, decision: sampleDecision })
  await statement.approval({
    id: 'approval-1',
    state: 'approved',
    approvers: ['reviewer-1'],
    digest: sampleSummary.digest,
  })
  await statement.finish({ ...completedOutcome, error: { code: 'not a code', sqlState: null } })
  await trail.begin(sampleIdentity).authorize({ summary: sampleSummary, decision: deniedDecision })
  await trail.record('lease', 'lease.issued', { 'snowfence.lease.id': 'lease-1' })
  return sink.records.map(({ record }) => record.span)
}

const spans = await createSpans()
const query = spans.find(({ attributes }) => attributes['snowfence.span'] === 'query')!
const cutQuery = spans.find(({ attributes }) => 'db.query.text.length' in attributes)!
const ssn = '123-45-6789'
const withAttribute = (name: string, value: CanonicalSpan['attributes'][string]): CanonicalSpan => ({
  ...query,
  attributes: { ...query.attributes, [name]: value },
})

describe('a span that the trail made', () => {
  it('has the form of the schema, also where something was cut', () => {
    expect(spans).toHaveLength(5)
    for (const span of spans) expect(findSpanProblems(span)).toEqual([])
  })
})

describe('a span of version 1', () => {
  const versionOne = (text: string): CanonicalSpan => ({
    ...query,
    attributes: {
      'snowfence.span': 'query',
      'snowfence.schema.version': 1,
      'db.query.text': text,
      'snowfence.tables': ['T'],
      'snowfence.tables.overflow': 1,
    },
  })

  it('is still taken, with the mark that it put behind a text', () => {
    expect(findSpanProblems(versionOne('SELECT A'))).toEqual([])
    expect(findSpanProblems(versionOne('x'.repeat(4120)))).toEqual([])
    expect(findSpanProblems(versionOne('x'.repeat(4121)))).not.toEqual([])
  })
})

describe('a span that somebody else made', () => {
  it.each<[string, CanonicalSpan]>([
    ['with an attribute of its own', withAttribute('result.row', ssn)],
    ['with a value in the name of an attribute', withAttribute(ssn, true)],
    ['with bind values', withAttribute('db.query.parameter.1', ssn)],
    ['with an attribute of another kind of span', withAttribute('snowfence.lease.expires_at', 'now')],
    ['with text for a code', withAttribute('error.type', `value ${ssn}`)],
    ['with text for a number', withAttribute('db.response.returned_rows', ssn)],
    ['with a list for text', withAttribute('db.query.text', [ssn])],
    ['with a map for text', withAttribute('db.query.text', { map: { ssn } })],
    ['with text for a digest', withAttribute('snowfence.receipt', ssn)],
    ['with a list that is too long', withAttribute('snowfence.tables', Array(33).fill('T'))],
    ['with text that is too long', withAttribute('db.query.text', 'x'.repeat(5000))],
    ['with text in place of an overflow', withAttribute('snowfence.tables.overflow', ssn)],
    ['with an overflow of what is no list', withAttribute('db.query.text.overflow', 1)],
    ['of a kind that is not known', withAttribute('snowfence.span', 'result')],
    ['with a length of what is not cut', withAttribute('db.query.text.length', 4000)],
    ['with text in place of a length', withAttribute('db.query.text.length', ssn)],
    ['with text in place of a digest', withAttribute('db.query.text.digest', ssn)],
    [
      'with a digest of what has no length',
      withAttribute('snowfence.decision.digest', `sha256:${'0'.repeat(64)}`),
    ],
    [
      'with a digest of what it does not have',
      withAttribute('snowfence.stages.digest', `sha256:${'0'.repeat(64)}`),
    ],
    ['with a count of entries that are never cut', withAttribute('snowfence.decision.rules.shortened', 1)],
    [
      'with what version 1 does not have',
      { ...cutQuery, attributes: { ...cutQuery.attributes, 'snowfence.schema.version': 1 } },
    ],
    ['with parts that were left out', { ...query, dropped: { ...query.dropped, attributes: 1 } }],
    ['of another version', withAttribute('snowfence.schema.version', 3)],
    ['with events', { ...query, events: [{ name: ssn, timeUnixNano: '1', attributes: {} }] }],
    [
      'with a link',
      { ...query, links: [{ traceId: '', spanId: '', traceState: '', flags: 0, attributes: { ssn } }] },
    ],
    ['with a message', { ...query, status: { code: 2, message: ssn } }],
    ['with a name on two lines', { ...query, name: `SELECT\n${ssn}` }],
    ['with a trace state without end', { ...query, traceState: ssn.repeat(100) }],
    ['with a resource of its own', { ...query, resource: { ...query.resource, ssn } }],
    ['with a scope of its own', { ...query, scope: { ...query.scope, attributes: { ssn } } }],
  ])('is told apart: %s', (_, span) => {
    const problems = findSpanProblems(span)
    expect(problems).not.toEqual([])
    expect(problems.join()).not.toContain(ssn)
  })
})
