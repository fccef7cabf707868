import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { createMemorySink, type SpanSink } from '@snowfence/audit'
import {
  createGovernedConnection,
  createLocalGovernance,
  type GovernedConnection,
  type GovernedError,
} from 'snowfence'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

// A read may run while its record is being written, but nothing of what the warehouse answers is let out before the
// record is durable. Anything else does not even start.

const policy = `version: 1
resources:
  - table: CLINIC.*
    unclassified: allow
rules:
  - id: may-read-and-write
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select, insert, update, delete, create, drop, transaction, session]
    resources: ['*']
`

/** A store that answers when it is told to. */
const createHeldSink = () => {
  const stored = createMemorySink()
  let hold: Promise<void> = Promise.resolve()
  let open = (): void => {}
  let fail = (_reason: Error): void => {}
  const sink: SpanSink = {
    write: async (spans, signal) => {
      await hold
      return await stored.write(spans, signal)
    },
    close: async () => {},
  }
  return {
    sink,
    holdBack: () => {
      hold = new Promise((resolve, reject) => {
        open = resolve
        fail = reject
      })
      hold.catch(() => {})
    },
    release: () => open(),
    heal: () => {
      open()
      hold = Promise.resolve()
    },
    refuse: () => fail(new Error('disk full')),
  }
}

let clinic: ClinicStack
let directory: string
let connection: GovernedConnection
const store = createHeldSink()

beforeAll(async () => {
  clinic = await startClinicStack()
  const { warehouse } = clinic.stack
  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  await writeFile(join(directory, 'policy.yaml'), policy)
  connection = await createGovernedConnection({
    account: warehouse.account,
    accessUrl: warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    purpose: 'HOPERAT',
    agent: { id: 'readmissions-bot' },
    governance: createLocalGovernance({
      policyFile: join(directory, 'policy.yaml'),
      principal: { issuer: 'https://issuer.test', subject: 'agent', groups: ['clinic-agents'] },
      journal: store.sink,
      lease: async () => await clinic.lease(),
    }),
  }).connectAsync()
})
afterAll(async () => {
  store.release()
  await connection?.[Symbol.asyncDispose]()
  await clinic.close()
  await rm(directory, { recursive: true })
})
beforeEach(async () => {
  // A store that failed the last time is not trusted with a read beside its record, so it succeeds once first.
  store.heal()
  await connection.query('select 1 as X')
  store.holdBack()
})

const ran = (sqlText: string): boolean =>
  clinic.stack.warehouse
    .queryHistory()
    .some(({ queryText, status }) => queryText === sqlText && status !== 'RUNNING')

const untilRan = async (sqlText: string): Promise<void> => {
  while (!ran(sqlText)) await sleep(5)
  // The answer is on its way to the driver by now.
  await sleep(50)
}

/** What the program has been told of a statement so far. */
const observe = (sqlText: string, streamResult = false) => {
  const told: unknown[] = []
  const ended = new Promise<void>((resolve) => {
    const statement = connection.execute({
      sqlText,
      streamResult,
      complete: (error, completed, rows) => {
        told.push((error as GovernedError | null)?.snowfenceCode ?? error ?? rows ?? completed.getNumRows())
        resolve()
      },
    })
    if (streamResult)
      statement
        .streamRows()
        .on('data', (row) => told.push(row))
        .on('error', () => {})
  })
  return { told, ended }
}

test.each([
  ['collected', false],
  ['streamed', true],
])('a read, %s, runs beside its record, and its rows wait for it', async (_manner, streamResult) => {
  const sqlText = `select PATIENT_ID from PATIENTS order by 1 limit ${streamResult ? 1 : 2}`
  const { told, ended } = observe(sqlText, streamResult)
  await untilRan(sqlText)
  expect(told).toEqual([])
  store.release()
  await ended
  expect(told.length).toBeGreaterThan(0)
})

test('a read whose record fails lets nothing out, though the warehouse has answered', async () => {
  const sqlText = 'select PATIENT_ID from PATIENTS order by 1 limit 3'
  const { told, ended } = observe(sqlText)
  await untilRan(sqlText)
  store.refuse()
  await ended
  expect(told).toEqual(['ERR_AUDIT_NOT_DURABLE'])
})

test('what the warehouse says of a failed read waits for the record as well', async () => {
  const sqlText = 'select 1 / (PATIENT_ID - PATIENT_ID) as X from PATIENTS limit 4'
  const { told, ended } = observe(sqlText)
  await untilRan(sqlText)
  expect(told).toEqual([])
  store.refuse()
  await ended
  expect(told).toEqual(['ERR_AUDIT_NOT_DURABLE'])
})

test('after a record that failed, a read does not start before its own record is durable', async () => {
  const first = observe('select PATIENT_ID from PATIENTS order by 1 limit 5')
  store.refuse()
  await first.ended
  store.holdBack()
  const sqlText = 'select PATIENT_ID from PATIENTS order by 1 limit 6'
  const { told, ended } = observe(sqlText)
  await sleep(100)
  expect(clinic.stack.warehouse.queryHistory().some(({ queryText }) => queryText === sqlText)).toBe(false)
  store.heal()
  await ended
  expect(told[0]).toHaveLength(6)
})

test.each([
  ['a write', 'insert into LABS (LAB_ID, PATIENT_ID) values (999001, 1)'],
  ['a definition', 'create table BEFORE_ITS_RECORD (A int)'],
  ['a change of the session', 'use schema PUBLIC'],
  ['a transaction', 'begin'],
])('%s does not start before its record is durable', async (_what, sqlText) => {
  const { told, ended } = observe(sqlText)
  await sleep(100)
  expect(ran(sqlText)).toBe(false)
  store.refuse()
  await ended
  expect(told).toEqual(['ERR_AUDIT_NOT_DURABLE'])
  expect(ran(sqlText)).toBe(false)
})
