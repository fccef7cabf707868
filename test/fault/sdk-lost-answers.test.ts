import type { AuditRecord } from '@snowfence/audit'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type FaultyClinic, startFaultyClinic } from './faulty-clinic.ts'

// The broker's answer to a record can be lost after the record is durable. Then the SDK sends it again, and the broker
// says that it holds it: no connection stays refused for a single lost answer, and no record is in the trail twice.

// A broker starts in each of them, and several times in some.
vi.setConfig({ testTimeout: 300_000 })

let clinic: FaultyClinic
beforeAll(async () => {
  clinic = await startFaultyClinic()
})
afterAll(async () => await clinic.close())
beforeEach(() => clinic.proxy.lose('pass'))

const read = 'select PATIENT_ID from PATIENTS order by 1 limit 1'
const write = 'insert into OUTCOMES values (1)'

const kindOf = ({ span }: AuditRecord): unknown => span.attributes['snowfence.span']

/** The spans of statements, by trace: which have an intent, and how many outcomes. */
const statementsOf = (records: readonly AuditRecord[]) => {
  const statements = new Map<string, { intents: number; outcomes: number }>()
  for (const record of records) {
    const kind = kindOf(record)
    if (record.source.producer !== 'sdk' || (kind !== 'authorize' && kind !== 'query')) continue
    const found = statements.get(record.span.traceId) ?? { intents: 0, outcomes: 0 }
    if (kind === 'authorize') found.intents += 1
    else found.outcomes += 1
    statements.set(record.span.traceId, found)
  }
  return [...statements.values()]
}

test('a connection that is cut between commit and answer goes on, and every record is in the trail once', async () => {
  const connection = await clinic.connect()
  const before = (await clinic.records()).length
  for (let round = 0; round < 10; round += 1) {
    clinic.proxy.lose('cut', 1)
    expect((await connection.query(round % 2 === 0 ? read : write)).rows).toHaveLength(1)
  }
  clinic.proxy.lose('pass')
  await connection[Symbol.asyncDispose]()
  const added = (await clinic.records()).slice(before)
  expect(statementsOf(added)).toEqual(Array.from({ length: 10 }, () => ({ intents: 1, outcomes: 1 })))
})

test('an answer that never comes fails its statement alone: the next one passes, and how the first ended is known', async () => {
  const connection = await clinic.connect()
  const before = (await clinic.records()).length
  clinic.proxy.lose('hold', 1)
  await expect(connection.query(write)).rejects.toMatchObject({ snowfenceCode: 'ERR_AUDIT_NOT_DURABLE' })
  expect((await connection.query(read)).rows).toHaveLength(1)
  expect((await connection.query(write)).rows).toHaveLength(1)
  await connection[Symbol.asyncDispose]()
  const added = (await clinic.records()).slice(before)
  expect(statementsOf(added)).toEqual(Array.from({ length: 3 }, () => ({ intents: 1, outcomes: 1 })))
})

test('a broker that was frozen for longer than the SDK waits leaves every connection working', async () => {
  const connections = await Promise.all([clinic.connect(), clinic.connect(), clinic.connect()])
  clinic.freeze()
  const refused = await Promise.allSettled(
    connections.flatMap((connection) => [connection.query(read), connection.query(write)]),
  )
  clinic.thaw()
  expect(new Set(refused.map(({ status }) => status))).toEqual(new Set(['rejected']))
  for (const connection of connections) {
    expect((await connection.query(write)).rows).toHaveLength(1)
    expect((await connection.query(read)).rows).toHaveLength(1)
  }
})

test('a broker that was killed and started again leaves every connection working', async () => {
  const connections = await Promise.all([clinic.connect(), clinic.connect(), clinic.connect()])
  const working = connections.map(async (connection) => {
    const outcomes = []
    for (let round = 0; round < 20; round += 1)
      outcomes.push(await connection.query(round % 2 === 0 ? read : write).catch((error: Error) => error))
    return outcomes
  })
  await clinic.kill()
  await Promise.all(working)
  await clinic.start()
  for (const connection of connections) {
    expect((await connection.query(write)).rows).toHaveLength(1)
    expect((await connection.query(read)).rows).toHaveLength(1)
  }
  await Promise.all(connections.map((connection) => connection[Symbol.asyncDispose]()))
  const twice = statementsOf(await clinic.records()).filter(
    ({ intents, outcomes }) => intents > 1 || outcomes > 1,
  )
  expect(twice).toEqual([])
})
