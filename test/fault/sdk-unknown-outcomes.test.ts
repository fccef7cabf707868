import type { DriverShapedError, GovernedConnection } from 'snowfence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FaultyClinic, startFaultyClinic } from './faulty-clinic.ts'
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts'

// A write can run although its answer never arrives. The SDK says that its outcome is unknown, records that, and looks it
// up in the warehouse's own history.

let clinic: FaultyClinic
let path: LossyProxy
let observer: GovernedConnection
beforeAll(async () => {
  clinic = await startFaultyClinic()
  path = await startLossyProxy(Number(new URL(clinic.warehouse.url).port))
  observer = await clinic.connect()
})
afterAll(async () => {
  await clinic.close()
  await path.close()
})

const write = 'insert into OUTCOMES values (1)'
const tagged = (queryTag: string) => ({ parameters: { QUERY_TAG: queryTag } })

const untilRan = async (queryTag: string): Promise<void> => {
  const ran = () =>
    clinic.warehouse
      .queryHistory()
      .some((query) => query.queryTag.includes(queryTag) && query.status !== 'RUNNING')
  while (!ran()) await new Promise((resolve) => setTimeout(resolve, 10))
}

/** Runs a write whose answer is lost, and ends its connection. */
const loseAnswer = async (queryTag: string): Promise<DriverShapedError & { traceId?: string }> => {
  const connection = await clinic.connect({ accessUrl: `http://127.0.0.1:${path.port}` })
  // The table is looked up before answers get lost.
  await connection.query('select A from OUTCOMES limit 1')
  path.lose('hold')
  const failure = connection.query(write, [], tagged(queryTag)).then(
    () => {
      throw new Error('the answer was not lost')
    },
    (error: DriverShapedError) => error,
  )
  await untilRan(queryTag)
  void connection[Symbol.asyncDispose]().catch(() => {})
  const error = await failure
  path.lose('pass')
  return error
}

test('a write whose answer is lost has an unknown outcome, which is recorded, and found in the history', async () => {
  const error = await loseAnswer('order-4711')
  expect(error).toMatchObject({ code: 407002, execution: 'unknown' })

  const outcomes = async () =>
    (await clinic.records()).filter(({ span }) => span.attributes['snowfence.outcome'] === 'unknown')
  await expect.poll(async () => (await outcomes()).length, { timeout: 20_000 }).toBe(1)
  const traceId = (await outcomes())[0]?.span.traceId ?? ''

  const byTag = await observer.lookUp({ queryTag: 'order-4711' })
  expect(byTag).toMatchObject({ outcome: 'succeeded', runs: [{ outcome: 'succeeded', errorCode: null }] })
  const [run] = byTag.runs
  expect(await observer.lookUp({ traceId })).toEqual(byTag)
  expect(await observer.lookUp({ queryId: run?.queryId ?? '' })).toEqual(byTag)
}, 120_000)

test('a write that never reached the warehouse is not found', async () => {
  expect(await observer.lookUp({ queryTag: 'never-sent' })).toEqual({ outcome: 'not-found', runs: [] })
})

test('a write that the warehouse refused has failed, and did nothing', async () => {
  const failing = `insert into OUTCOMES select 1 / (A - A) from OUTCOMES`
  await observer.query(write)
  await expect(observer.query(failing, [], tagged('order-4712'))).rejects.toMatchObject({
    execution: 'failed',
    snowfenceCode: 'ERR_WAREHOUSE_FAILED',
  })
  expect(await observer.lookUp({ queryTag: 'order-4712' })).toMatchObject({ outcome: 'failed' })
})

test('a write that ran, and whose record is not durable, says that it ran and is not called retryable', async () => {
  const connection = await clinic.connect()
  const stopping = setInterval(() => {
    const ran = clinic.warehouse.queryHistory().some(({ queryTag }) => queryTag.includes('order-4713'))
    if (ran) clinic.proxy.lose('refuse')
  }, 1)
  const wide = 'insert into OUTCOMES select a.PATIENT_ID from PATIENTS a, PATIENTS b limit 200000'
  const error = await connection.query(wide, [], tagged('order-4713')).catch((failure: unknown) => failure)
  clearInterval(stopping)
  clinic.proxy.lose('pass')
  expect(error).toMatchObject({
    snowfenceCode: 'ERR_AUDIT_NOT_DURABLE',
    execution: 'ran',
    retryable: false,
    hint: expect.stringContaining('lookUp({ queryId:'),
  })
  expect(await observer.lookUp({ queryTag: 'order-4713' })).toMatchObject({ outcome: 'succeeded' })
}, 120_000)

test('another agent on the same Snowflake user finds nothing of it', async () => {
  const other = await clinic.connect({ agent: { id: 'another-bot' } })
  await observer.query(write, [], tagged('order-4714'))
  expect(await other.lookUp({ queryTag: 'order-4714' })).toEqual({ outcome: 'not-found', runs: [] })
})

const errorOf = async (failing: Promise<unknown>): Promise<DriverShapedError> =>
  await failing.then(
    () => {
      throw new Error('it did not fail')
    },
    (error: DriverShapedError) => error,
  )

test('every error says what is known of its statement, also where it was never sent', async () => {
  const ended = new AbortController()
  ended.abort()
  const denied = 'drop table PATIENTS'
  const byCallback = new Promise((resolve, reject) => {
    observer.execute({ sqlText: denied, complete: (error) => (error ? reject(error) : resolve(null)) })
  })
  const byStream = observer.stream(denied).toArray()
  const failures = [
    observer.query(denied),
    observer.query('select from where'),
    observer.query('select * from NO_SUCH_TABLE'),
    observer.query(write, [], { signal: ended.signal }),
    (async () => observer.stream(write, [], { signal: ended.signal }))(),
    byCallback,
    byStream,
  ]
  for (const error of await Promise.all(failures.map(errorOf)))
    expect(error).toHaveProperty('execution', 'not-run')
})

test('a statement of a connection that has ended was not run', async () => {
  const connection = await clinic.connect()
  await connection[Symbol.asyncDispose]()
  expect(await errorOf(connection.query(write))).toHaveProperty('execution', 'not-run')
})
