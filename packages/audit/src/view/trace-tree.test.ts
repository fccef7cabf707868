import { describe, expect, it } from 'vitest'
import type { AuditRecord } from '../codec/audit-record.ts'
import type { CanonicalSpan } from '../codec/canonical-span.ts'
import { buildTraceTree, renderTraceTree } from './trace-tree.ts'

const traceId = 'a'.repeat(32)
const record = (
  spanId: string,
  parentSpanId: string | null,
  members: Partial<CanonicalSpan> = {},
): AuditRecord => ({
  version: 1,
  source: { producer: 'sdk', sessionId: null, principal: null, receivedAt: '1970-01-01T00:00:01.000Z' },
  span: {
    traceId,
    spanId,
    parentSpanId,
    traceState: '',
    flags: 1,
    name: spanId,
    kind: 1,
    startTimeUnixNano: '1000000',
    endTimeUnixNano: '3500000',
    status: { code: 0, message: '' },
    attributes: {},
    events: [],
    links: [],
    dropped: { attributes: 0, events: 0, links: 0 },
    scope: { name: '', version: '', attributes: {} },
    resource: {},
    ...members,
  },
})

const query = record('query', 'of the application', {
  name: 'SELECT PATIENTS',
  attributes: {
    'snowfence.span': 'query',
    'snowfence.decision': 'needs-approval',
    'snowfence.columns.masked': ['CLINIC.PUBLIC.PATIENTS.SSN=partial', '#2=withhold'],
    'snowfence.outcome': 'completed',
    'snowfence.query.id': '01b2',
    'db.response.returned_rows': 12,
  },
})
const authorize = record('authorize', 'query', {
  startTimeUnixNano: '1000001',
  attributes: {
    'snowfence.span': 'authorize',
    'snowfence.decision': 'needs-approval',
    'snowfence.decision.rules': ['notes-need-a-person'],
  },
})
const approval = record('approval', 'query', {
  startTimeUnixNano: '1000002',
  attributes: {
    'snowfence.span': 'approval',
    'snowfence.approval.outcome': 'approved',
    'snowfence.approval.approvers': ['reviewer-1'],
  },
})

describe('the tree of a trace', () => {
  it('shows decision, masks, approver, rows and query id in the order of time', () => {
    expect(renderTraceTree([approval, authorize, query], traceId)).toBe(
      [
        'SELECT PATIENTS  query · sdk · 2.5 ms',
        '│  masked CLINIC.PUBLIC.PATIENTS.SSN=partial, #2=withhold · outcome completed · rows 12 · query id 01b2',
        '├─ authorize  authorize · sdk · 2.5 ms',
        '│     decision needs-approval · rules notes-need-a-person',
        '└─ approval  approval · sdk · 2.5 ms',
        '      answer approved · by reviewer-1',
      ].join('\n'),
    )
  })

  it('leaves out other traces', () => {
    expect(renderTraceTree([query], 'b'.repeat(32))).toBe('')
  })

  it('marks a span that ended in an error', () => {
    const failed = record('failed', null, { status: { code: 2, message: '' } })
    expect(buildTraceTree([failed], traceId)[0]!.isError).toBe(true)
    expect(renderTraceTree([failed], traceId)).toContain('· error')
  })

  it('has every span once, also when spans name each other as parents', () => {
    const records = [
      record('a', 'b'),
      record('b', 'c'),
      record('c', 'a'),
      record('self', 'self'),
      record('d', 'c'),
    ]
    const ids = buildTraceTree(records, traceId).map(({ spanId }) => spanId)
    expect([...ids].sort()).toEqual(['a', 'b', 'c', 'd', 'self'])
  })

  it('keeps the spans of one session together when another session gives its own spans the same ids', () => {
    const of = (sessionId: string, entry: AuditRecord): AuditRecord => ({
      ...entry,
      source: { ...entry.source, sessionId },
    })
    const records = [
      of('other', record('query', null, { name: 'of the other', startTimeUnixNano: '1' })),
      of('own', query),
      of('own', authorize),
      of('helper', record('of a helper', 'authorize')),
    ]
    const places = buildTraceTree(records, traceId).map(({ depth, name }) => `${depth} ${name}`)
    expect(places).toEqual(['0 of the other', '0 SELECT PATIENTS', '1 authorize', '2 of a helper'])
  })

  it('holds a chain of any length', () => {
    const chain = Array.from({ length: 3000 }, (_, number) =>
      record(`${number}`, number === 0 ? null : `${number - 1}`),
    )
    expect(buildTraceTree(chain, traceId).at(-1)!.depth).toBe(2999)
  })

  it('lets nothing of a span steer the terminal or turn text around', () => {
    const hostile = record('hostile', null, {
      name: 'x\u001b[2J\u202e\ny',
      attributes: {
        'snowfence.outcome': 'a\r\u0007b',
        'snowfence.span': '\u001b]0;t\u0007',
        'error.type': { map: { '\u009b': '\u001b' } },
      },
    })
    const text = renderTraceTree([hostile], traceId)
    expect(text.replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}]/u)
    expect(text.split('\n')).toHaveLength(2)
  })
})

describe('a span that is dated by a clock that is wrong', () => {
  const receivedAt = Date.parse('2026-01-02T03:04:05.678Z')
  const dated = (offsetMilliseconds: number, producer: 'sdk' | 'broker' = 'sdk'): AuditRecord => {
    const { source, ...rest } = record('a', null, {
      endTimeUnixNano: `${BigInt(receivedAt + offsetMilliseconds) * 1_000_000n}`,
    })
    return { ...rest, source: { ...source, producer, receivedAt: new Date(receivedAt).toISOString() } }
  }
  const misdatedFacts = (offsetMilliseconds: number, producer?: 'broker') =>
    buildTraceTree([dated(offsetMilliseconds, producer)], traceId)[0]?.facts.filter(
      ({ label }) => label === 'misdated',
    )

  it('is marked more than an hour before and more than a minute after its receipt', () => {
    expect(misdatedFacts(-7_200_000)).toEqual([{ label: 'misdated', value: '7200 s before it was received' }])
    expect(misdatedFacts(86_400_000)).toEqual([{ label: 'misdated', value: '86400 s after it was received' }])
    for (const fine of [0, -3_600_000, 60_000]) expect(misdatedFacts(fine)).toEqual([])
    expect(misdatedFacts(-7_200_000, 'broker')).toEqual([])
  })
})
