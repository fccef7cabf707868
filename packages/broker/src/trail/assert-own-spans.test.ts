import { type CanonicalSpan, createAuditTrail, createMemorySink } from '@snowfence/audit'
import { digestOf } from '@snowfence/core'
import { expect, it } from 'vitest'
import type { SessionRecord } from '../sessions/session.ts'
import { assertOwnSpans } from './assert-own-spans.ts'

const sessionOf = (text: string): SessionRecord => ({
  id: 'session-1',
  principal: { issuer: text, subject: text, groups: [text, 'b', text], claims: {} },
  purpose: text,
  agent: { id: text, task: text },
  people: [],
  formerGroups: null,
  snowflakeUser: 'AGENT',
  role: 'CLINIC_READER',
  warehouse: null,
  createdAt: new Date(0),
  expiresAt: new Date(0),
})

/** The records that the SDK makes of a session's statement, in the form in which they arrive. */
const spansOf = async (session: SessionRecord): Promise<CanonicalSpan[]> => {
  const sink = createMemorySink()
  const trail = createAuditTrail({ sink, serviceName: 'snowfence' })
  const statement = trail.begin({
    sessionId: session.id,
    principal: session.principal,
    agent: session.agent,
    purpose: session.purpose,
    account: 'clinic',
    role: session.role,
    warehouse: null,
    database: null,
    schema: null,
    requestId: '5c6e5a0e-0000-4000-8000-000000000001',
    bindTypes: [],
  })
  await statement.finish({
    outcome: 'completed',
    queryId: null,
    rows: 0,
    columns: [],
    role: session.role,
    error: null,
  })
  return sink.records.map(({ record }) => record.span)
}

it.each([500, 501, 2048])('takes what a session says of itself, at a length of %i', async (length) => {
  for (const text of ['x'.repeat(length), `x${'😀'.repeat(length / 2)}`]) {
    const session = sessionOf(text)
    const spans = await spansOf(session)
    expect(spans).toHaveLength(1)
    expect(() => assertOwnSpans(session, spans)).not.toThrow()
    // A subject that differs only behind the cut is another one.
    const other = await spansOf(sessionOf(`${text}y`))
    expect(() => assertOwnSpans(session, other)).toThrow('than its session')
  }
})

it('names the span that it refuses', async () => {
  const session = sessionOf('agent')
  const [span] = (await spansOf(session)) as [CanonicalSpan]
  const literal = {
    ...span,
    attributes: { ...span.attributes, 'db.query.text': `select "?" from T where A = '${digestOf('a')}'` },
  }
  expect(() => assertOwnSpans(session, [span, literal])).toThrow(
    expect.objectContaining({ details: { traceId: span.traceId, spanId: span.spanId } }),
  )
})
