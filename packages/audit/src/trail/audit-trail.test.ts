import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  context,
  createTraceState,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  TraceFlags,
  trace,
} from '@opentelemetry/api'
import { suppressTracing } from '@opentelemetry/core'
import { SnowfenceError } from '@snowfence/core'
import { afterEach, describe, expect, it } from 'vitest'
import { createMemorySink } from '../sink/memory-sink.ts'
import { causeOf, notDurable } from '../sink/not-durable.ts'
import type { SpanSink } from '../sink/span-sink.ts'
import {
  completedOutcome,
  deniedDecision,
  sampleDecision,
  sampleIdentity,
  sampleSummary,
} from '../test-support/statement-samples.ts'
import { createAuditTrail } from './audit-trail.ts'

const openTrail = () => {
  const sink = createMemorySink()
  const trail = createAuditTrail({ sink, serviceName: 'agent' })
  return { sink, trail, spans: () => sink.records.map(({ record }) => record.span) }
}

const judged = { summary: sampleSummary, decision: sampleDecision }

/** The application's own OpenTelemetry: a context manager, as any application sets one. */
const useContextManager = (): void => {
  const storage = new AsyncLocalStorage<Context>()
  const manager = {
    active: () => storage.getStore() ?? ROOT_CONTEXT,
    with: <Args extends unknown[], Result>(
      active: Context,
      run: (...args: Args) => Result,
      self?: ThisParameterType<typeof run>,
      ...args: Args
    ) => storage.run(active, () => run.apply(self, args)),
    bind: <Target>(_: Context, target: Target) => target,
    enable() {
      return this
    },
    disable() {
      return this
    },
  }
  context.setGlobalContextManager(manager)
}

afterEach(() => {
  context.disable()
  propagation.disable()
})

describe('the records of a statement that runs', () => {
  it('are an authorize span below a query span of the same trace', async () => {
    const { trail, spans } = openTrail()
    const statement = trail.begin(sampleIdentity)
    await statement.authorize(judged)
    await statement.finish(completedOutcome)
    const [authorize, query] = spans()
    expect(authorize!.traceId).toBe(statement.traceId)
    expect(query!.traceId).toBe(statement.traceId)
    expect(authorize!.parentSpanId).toBe(query!.spanId)
    expect(query!.parentSpanId).toBeNull()
    expect(query!.kind).toBe(SpanKind.CLIENT + 1)
    expect(query!.name).toBe('SELECT PATIENTS')
  })

  it('say who, what, by which rule, and under which masks', async () => {
    const { trail, spans } = openTrail()
    const statement = trail.begin(sampleIdentity)
    const { digest } = await statement.authorize(judged)
    await statement.finish({ ...completedOutcome, role: 'CLINIC_NOTES_READER', leaseId: 'lease-2' })
    const [, query] = spans()
    expect(query!.attributes).toMatchObject({
      'db.system.name': 'snowflake',
      'db.namespace': 'CLINIC|PUBLIC',
      'db.query.summary': 'SELECT PATIENTS',
      'db.query.text': sampleSummary.text,
      'db.response.returned_rows': 12,
      'server.address': 'acme-clinic.snowflakecomputing.com',
      'gen_ai.agent.id': 'readmissions-bot',
      'gen_ai.conversation.id': 'run-7',
      'user.id': 'agent-1',
      'snowfence.session.id': 'session-1',
      'snowfence.purpose': 'HOPERAT',
      'snowfence.decision': 'allow',
      'snowfence.decision.rules': ['agents-read-clinic'],
      'snowfence.decision.profile': 'limited-data-set',
      'snowfence.policy.version': '3',
      'snowfence.columns.classes': ['ssn', 'zip'],
      'snowfence.columns.masked': ['CLINIC.PUBLIC.PATIENTS.SSN=partial'],
      'snowfence.columns.revealed': ['CLINIC.PUBLIC.PATIENTS.ZIP'],
      'snowfence.tables': ['CLINIC.PUBLIC.PATIENTS'],
      'snowfence.binds.count': 2,
      'snowfence.binds.types': ['TEXT', 'FIXED'],
      'snowfence.role': 'CLINIC_READER',
      'snowfence.role.elevated': 'CLINIC_NOTES_READER',
      'snowfence.lease.id': 'lease-2',
      'snowfence.receipt': digest,
      'snowfence.query.id': completedOutcome.queryId,
      'snowfence.outcome': 'completed',
    })
  })

  it('give every acknowledged record a digest of its own, also in one write', async () => {
    const { trail } = openTrail()
    const acknowledged = await Promise.all(
      Array.from({ length: 20 }, () => trail.begin(sampleIdentity).authorize(judged)),
    )
    expect(new Set(acknowledged.map(({ digest }) => digest)).size).toBe(20)
  })

  it('record how often content detection found something, and whether it looked', async () => {
    const { trail, spans } = openTrail()
    const looked = trail.begin(sampleIdentity)
    await looked.finish({ ...completedOutcome, findings: [{ column: 1, detector: 'phone', count: 3 }] })
    const blind = trail.begin(sampleIdentity)
    await blind.finish({ ...completedOutcome, findings: null })
    const [first, second] = spans()
    expect(first!.attributes).toMatchObject({
      'snowfence.findings': ['#2:phone=3'],
      'snowfence.findings.examined': true,
    })
    expect(second!.attributes['snowfence.findings.examined']).toBe(false)
  })

  it('record an error by its codes, and mark the span', async () => {
    const { trail, spans } = openTrail()
    const statement = trail.begin(sampleIdentity)
    await statement.authorize(judged)
    await statement.finish({
      ...completedOutcome,
      outcome: 'failed',
      rows: 0,
      error: { code: '100038', sqlState: '22018' },
    })
    const query = spans()[1]!
    expect(query.attributes).toMatchObject({ 'db.response.status_code': '100038', 'error.type': '22018' })
    expect(query.status).toEqual({ code: 2, message: '' })
  })
})

describe('the records of a statement that does not run', () => {
  it('are one span when policy denies it', async () => {
    const { trail, spans } = openTrail()
    await trail.begin(sampleIdentity).authorize({ summary: sampleSummary, decision: deniedDecision })
    await trail.close()
    const [only, ...rest] = spans()
    expect(rest).toEqual([])
    expect(only!.parentSpanId).toBeNull()
    expect(only!.attributes).toMatchObject({
      'snowfence.span': 'authorize',
      'snowfence.decision': 'deny',
      'snowfence.decision.reasons': ['no-rule-permits'],
    })
  })

  it('end with the approval when a person says no', async () => {
    const { trail, spans } = openTrail()
    const statement = trail.begin(sampleIdentity)
    await statement.authorize({
      summary: sampleSummary,
      decision: { ...sampleDecision, decision: 'needs-approval' },
    })
    await statement.approval({
      id: 'approval-1',
      state: 'rejected',
      approvers: ['reviewer-1'],
      digest: sampleSummary.digest,
    })
    const kinds = spans().map(({ attributes }) => attributes['snowfence.span'])
    expect([...kinds].sort()).toEqual(['approval', 'authorize', 'query'])
    const query = spans().find(({ attributes }) => attributes['snowfence.span'] === 'query')!
    expect(query.attributes).toMatchObject({
      'snowfence.outcome': 'denied',
      'snowfence.approval.outcome': 'rejected',
      'snowfence.approval.approvers': ['reviewer-1'],
      'db.response.returned_rows': 0,
    })
    expect(
      spans().every(({ parentSpanId, spanId }) => spanId === query.spanId || parentSpanId === query.spanId),
    ).toBe(true)
  })

  it('say that it was abandoned when the trail is closed first', async () => {
    const { trail, spans } = openTrail()
    await trail.begin(sampleIdentity).authorize(judged)
    await trail.close()
    expect(spans()[1]!.attributes['snowfence.outcome']).toBe('abandoned')
  })
})

describe('what a statement puts in its own words', () => {
  const ssn = '123-45-6789'

  it('does not get into the trail by an alias', async () => {
    const { trail, sink } = openTrail()
    const columns = sampleDecision.columns.map((column) => ({ ...column, name: ssn }))
    const statement = trail.begin(sampleIdentity)
    await statement.authorize({ summary: sampleSummary, decision: { ...sampleDecision, columns } })
    await statement.finish({
      ...completedOutcome,
      columns: [
        { name: ssn, mask: 'partial' },
        { name: ssn, mask: 'withhold' },
        { name: ssn, mask: 'redact' },
      ],
    })
    expect(sink.records.map(({ text }) => text).join('')).not.toContain(ssn)
    expect(sink.records[1]!.record.span.attributes['snowfence.columns.masked']).toEqual([
      'CLINIC.PUBLIC.PATIENTS.SSN=partial',
      'CLINIC.PUBLIC.PATIENTS.ZIP=withhold',
      '#3=redact',
    ])
  })

  it('does not get into the trail by an error text in place of a code', async () => {
    const { trail, sink } = openTrail()
    const statement = trail.begin(sampleIdentity)
    await statement.finish({
      ...completedOutcome,
      outcome: 'failed',
      error: { code: `value '${ssn}' is not recognized`, sqlState: null },
    })
    expect(sink.records[0]!.text).not.toContain(ssn)
  })

  it('does not get into the name of a span when it was not understood', async () => {
    const { trail, spans } = openTrail()
    const { effects, text, fingerprint, digest } = sampleSummary
    const reason = { code: 'unparsable', message: `near ${ssn}`, hint: '', line: 1, column: 1 }
    const summary = { status: 'unsupported', kind: ssn, effects, text, fingerprint, digest, reason } as const
    await trail.begin(sampleIdentity).authorize({ summary, decision: deniedDecision })
    expect(spans()[0]!.name).toBe('authorize UNSUPPORTED')
    expect(JSON.stringify(spans()[0])).not.toContain(ssn)
  })
})

describe('the application’s own tracing', () => {
  const parent = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), traceFlags: TraceFlags.NONE }

  it('is the parent of the trail, also when its own sampler drops the trace', async () => {
    useContextManager()
    const { trail, spans } = openTrail()
    await context.with(trace.setSpanContext(ROOT_CONTEXT, parent), async () => {
      const statement = trail.begin(sampleIdentity)
      await statement.authorize(judged)
      await statement.finish(completedOutcome)
    })
    expect(spans()).toHaveLength(2)
    expect(spans()[1]).toMatchObject({ traceId: parent.traceId, parentSpanId: parent.spanId })
  })

  it('cannot switch the trail off', async () => {
    useContextManager()
    const { trail, spans } = openTrail()
    const silenced = suppressTracing(trace.setSpanContext(ROOT_CONTEXT, parent))
    await context.with(silenced, async () => {
      const statement = trail.begin(sampleIdentity)
      await statement.authorize(judged)
      await statement.finish(completedOutcome)
      await trail.record('session', 'session.started', {})
    })
    expect(spans()).toHaveLength(3)
    expect(new Set(spans().map(({ traceId }) => traceId))).toEqual(new Set([parent.traceId]))
  })

  it('puts nothing into the trail but its ids', async () => {
    useContextManager()
    const { trail, sink } = openTrail()
    const traceState = createTraceState('vendor=123-45-6789')
    await context.with(trace.setSpanContext(ROOT_CONTEXT, { ...parent, traceState }), () =>
      trail.record('session', 'session.started', {}),
    )
    expect(sink.records[0]!.text).toContain(parent.spanId)
    expect(sink.records[0]!.text).not.toContain('123-45-6789')
  })

  it('is told apart from a parent that is none', async () => {
    useContextManager()
    const { trail, spans } = openTrail()
    const invalid = { ...parent, traceId: '0'.repeat(32) }
    await context.with(trace.setSpanContext(ROOT_CONTEXT, invalid), () =>
      trail.record('session', 'session.started', {}),
    )
    expect(spans()[0]!.parentSpanId).toBeNull()
    expect(spans()[0]!.traceId).not.toBe(invalid.traceId)
  })
})

describe('a record of one moment', () => {
  it('belongs to the span that a traceparent names', async () => {
    const { trail, spans } = openTrail()
    const traceparent = `00-${'c'.repeat(32)}-${'d'.repeat(16)}-01`
    await trail.record('lease', 'lease.issued', { 'snowfence.lease.id': 'lease-1' }, { traceparent })
    await trail.record(
      'lease',
      'lease.issued',
      { 'snowfence.lease.id': 'lease-2' },
      { traceparent: 'nonsense' },
    )
    expect(spans()[0]).toMatchObject({
      traceId: 'c'.repeat(32),
      parentSpanId: 'd'.repeat(16),
      name: 'lease.issued',
    })
    expect(spans()[1]!.parentSpanId).toBeNull()
  })
})

describe('a store that does not acknowledge', () => {
  const failing = (cause: Parameters<typeof notDurable>[0]): SpanSink => ({
    write: async () => {
      throw notDurable(cause)
    },
    close: async () => {},
  })

  it('rejects the record with ERR_AUDIT_NOT_DURABLE', async () => {
    const trail = createAuditTrail({ sink: failing('unavailable'), serviceName: 'agent' })
    const error = await trail
      .begin(sampleIdentity)
      .authorize(judged)
      .catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(SnowfenceError)
    expect(causeOf(error)).toBe('unavailable')
  })

  it('does not keep the trail from closing', async () => {
    const trail = createAuditTrail({ sink: failing('unreachable'), serviceName: 'agent' })
    trail.begin(sampleIdentity)
    await expect(trail.close()).resolves.toBeUndefined()
  })

  it('refuses records after it was closed', async () => {
    const { trail } = openTrail()
    await trail.close()
    const error = await trail
      .begin(sampleIdentity)
      .authorize(judged)
      .catch((reason: unknown) => reason)
    expect(causeOf(error)).toBe('closed')
  })
})
