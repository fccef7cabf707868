import { isSnowfenceError } from '@snowfence/core'
import { describe, expect, it } from 'vitest'
import type { CanonicalSpan } from '../codec/canonical-span.ts'
import { canonicalSpans } from '../codec/canonical-spans.ts'
import { findSpanProblems } from '../schema/find-span-problems.ts'
import { createMemorySink } from '../sink/memory-sink.ts'
import { causeOf, notDurable } from '../sink/not-durable.ts'
import {
  completedOutcome,
  deniedDecision,
  sampleDecision,
  sampleIdentity,
  sampleSummary,
} from '../test-support/statement-samples.ts'
import { createAuditTrail } from './audit-trail.ts'

/** A trail in a store that refuses some records for their content. */
const openTrail = (refuses: (span: CanonicalSpan) => boolean) => {
  const sink = createMemorySink()
  const trail = createAuditTrail({
    sink: {
      write: async (spans, signal) => {
        if (canonicalSpans(spans).some(refuses)) {
          throw notDurable('refused', { code: 'ERR_AUDIT_RECORD_REFUSED', reason: 'it holds a literal' })
        }
        return await sink.write(spans, signal)
      },
      close: sink.close,
    },
    serviceName: 'agent',
  })
  return { trail, spans: () => sink.records.map(({ record }) => record.span) }
}

const hasText = ({ attributes }: CanonicalSpan): boolean => 'db.query.text' in attributes
const failureOf = async (work: Promise<unknown>): Promise<unknown> =>
  await work.then(
    () => null,
    (error: unknown) => error,
  )
const isRefused = (error: unknown): boolean => isSnowfenceError(error, 'ERR_AUDIT_RECORD_REFUSED')

describe('a statement whose record the store refuses for its content', () => {
  it('is denied, says why, and is in the trail with its digest and the decision', async () => {
    const { trail, spans } = openTrail(hasText)
    const statement = trail.begin(sampleIdentity)
    const error = await failureOf(statement.authorize({ summary: sampleSummary, decision: sampleDecision }))
    expect(isRefused(error)).toBe(true)
    expect((error as Error).message).toContain('it holds a literal')
    expect(spans()).toHaveLength(1)
    expect(spans()[0]).toMatchObject({
      traceId: statement.traceId,
      attributes: {
        'snowfence.span': 'authorize',
        'snowfence.record.refused': 'ERR_AUDIT_RECORD_REFUSED',
        'snowfence.statement.digest': sampleSummary.digest,
        'snowfence.decision': 'deny',
        'snowfence.decision.judged': sampleDecision.decision,
        'snowfence.decision.reasons': ['record-refused'],
        'snowfence.policy.digest': sampleDecision.policy.digest,
        'snowfence.request.id': sampleIdentity.requestId,
      },
    })
  })

  it('keeps the reasons of a denial', async () => {
    const { trail, spans } = openTrail(hasText)
    const denied = { summary: sampleSummary, decision: deniedDecision }
    expect(isRefused(await failureOf(trail.begin(sampleIdentity).authorize(denied)))).toBe(true)
    expect(spans()[0]!.attributes).toMatchObject({
      'snowfence.decision.judged': 'deny',
      'snowfence.decision.reasons': ['record-refused', ...deniedDecision.reasons.map(({ code }) => code)],
    })
  })

  it('has a minimal record of its outcome, and holds up no later statement', async () => {
    let refuses = false
    const { trail, spans } = openTrail((span) => refuses && hasText(span))
    for (const isBehind of [false, true]) {
      refuses = false
      const statement = trail.begin(sampleIdentity)
      await statement.authorize({ summary: sampleSummary, decision: sampleDecision })
      refuses = true
      expect(isRefused(await failureOf(statement.finish({ ...completedOutcome, isBehind })))).toBe(true)
      expect(spans().at(-1)!.attributes).toMatchObject({
        'snowfence.span': 'query',
        'snowfence.record.refused': 'ERR_AUDIT_RECORD_REFUSED',
        'snowfence.outcome': completedOutcome.outcome,
        'snowfence.query.id': completedOutcome.queryId,
        'db.response.returned_rows': completedOutcome.rows,
      })
    }
    refuses = false
    await trail.begin(sampleIdentity).authorize({ summary: sampleSummary, decision: deniedDecision })
  })

  it('is not durable when the minimal record is not', async () => {
    const { trail, spans } = openTrail(() => true)
    const error = await failureOf(
      trail.begin(sampleIdentity).authorize({ summary: sampleSummary, decision: sampleDecision }),
    )
    expect(causeOf(error)).toBe('refused')
    expect(spans()).toEqual([])
  })
})

describe('a minimal record', () => {
  it('has its form and at most 4,000 characters, whatever is in the refused one', async () => {
    const { trail, spans } = openTrail(({ attributes }) => !('snowfence.record.refused' in attributes))
    for (const wild of ['', 'x'.repeat(100_000), '\n\u0000\ud800', '😀'.repeat(300)]) {
      const statement = trail.begin({
        ...sampleIdentity,
        sessionId: wild,
        purpose: wild,
        requestId: wild,
        role: wild,
        account: wild,
        agent: { id: wild, task: wild, conversationId: wild },
        principal: { ...sampleIdentity.principal, subject: wild, groups: [wild, wild] },
      })
      const decision = { ...sampleDecision, rules: [wild], reasons: [{ code: wild, message: '', hint: '' }] }
      await failureOf(statement.authorize({ summary: { ...sampleSummary, text: wild }, decision }))
      await failureOf(statement.finish({ ...completedOutcome, queryId: wild, role: wild }))
    }
    expect(spans()).toHaveLength(8)
    for (const span of spans()) {
      expect(findSpanProblems(span)).toEqual([])
      expect(JSON.stringify(span).length).toBeLessThan(4_000)
    }
  })
})
