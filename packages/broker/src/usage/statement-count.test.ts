import { type CanonicalSpan, type SealedRecord, sealRecord } from '@snowfence/audit'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Database, openDatabase } from '../database/open-database.ts'
import { createStatementCount } from './statement-count.ts'

const agent = { issuer: 'https://issuer.test', subject: 'agent' }
const other = { issuer: 'https://issuer.test', subject: 'other' }

let database: Database
let now = 0
const pass = (minutes: number): void => {
  now += minutes * 60_000
}

beforeAll(async () => {
  database = await openDatabase({})
})
afterAll(() => database.close())
beforeEach(async () => {
  now = Date.parse('2026-11-23T12:00:30Z')
  await database.tables.deleteFrom('statement_counts').execute()
})

const count = (exclusive = false) =>
  createStatementCount({ database: database.tables, clock: () => new Date(now), exclusive })

let spans = 0
const record = (
  kind = 'authorize',
  decision = 'allow',
  principal: typeof agent | null = agent,
  producer: 'sdk' | 'broker' = 'sdk',
): SealedRecord => {
  spans += 1
  const span: CanonicalSpan = {
    traceId: '1'.repeat(32),
    spanId: spans.toString(16).padStart(16, '0'),
    parentSpanId: null,
    traceState: '',
    flags: 1,
    name: 'SELECT PATIENTS',
    kind: 1,
    startTimeUnixNano: '1',
    endTimeUnixNano: '2',
    status: { code: 0, message: '' },
    attributes: { 'snowfence.span': kind, 'snowfence.decision': decision },
    events: [],
    links: [],
    dropped: { attributes: 0, events: 0, links: 0 },
    scope: { name: 'test', version: '1', attributes: {} },
    resource: {},
  }
  return sealRecord(span, {
    producer,
    sessionId: 'session',
    principal,
    receivedAt: new Date(now).toISOString(),
  })
}

it('counts what was let through, by principal, and nothing else', async () => {
  const counted = count()
  counted.note([record(), record(undefined, 'needs-approval'), record(undefined, 'allow', other)])
  counted.note([
    record(undefined, 'deny'),
    record('query'),
    record(undefined, 'allow', agent, 'broker'),
    record(undefined, 'allow', null),
  ])
  expect(await counted.of(agent)).toBe(2)
  expect(await counted.of(other)).toBe(1)
  expect(await counted.of({ ...agent, issuer: 'https://another.test' })).toBe(0)
})

it('forgets a statement after an hour, and not before', async () => {
  const counted = count()
  counted.note([record()])
  pass(59)
  counted.note([record()])
  expect(await counted.of(agent)).toBe(2)
  pass(1)
  expect(await counted.of(agent)).toBe(2)
  pass(2)
  expect(await counted.of(agent)).toBe(1)
  pass(60)
  expect(await counted.of(agent)).toBe(0)
})

it('knows what other replicas counted', async () => {
  const [first, second] = [count(), count()]
  first.note([record(), record()])
  second.note([record()])
  expect(await first.of(agent)).toBe(2)
  await first.exchange()
  await second.exchange()
  pass(0.1)
  expect(await first.of(agent)).toBe(3)
  expect(await second.of(agent)).toBe(3)
  second.note([record()])
  await second.exchange()
  await second.close()
  pass(0.1)
  expect(await first.of(agent)).toBe(4)
})

it('knows after a restart what was counted before it, and counts nothing twice', async () => {
  const before = count(true)
  before.note([record(), record()])
  await before.exchange()
  before.note([record()])
  await before.close()
  const after = count(true)
  expect(await after.of(agent)).toBe(3)
  after.note([record()])
  await after.close()
  expect(await after.of(agent)).toBe(4)
  expect(await count(true).of(agent)).toBe(4)
})

it('keeps no row longer than it counts', async () => {
  const counted = count()
  counted.note([record()])
  await counted.close()
  pass(120)
  counted.note([record()])
  await counted.close()
  expect(await database.tables.selectFrom('statement_counts').selectAll().execute()).toHaveLength(1)
})

it('rejects when others cannot be asked, and stores later what could not be stored', async () => {
  const counted = count()
  counted.note([record()])
  await database.tables.schema.alterTable('statement_counts').renameTo('elsewhere').execute()
  await expect(counted.of(agent)).rejects.toThrow()
  await database.tables.schema.alterTable('elsewhere').renameTo('statement_counts').execute()
  await counted.close()
  expect(await count().of(agent)).toBe(1)
})
