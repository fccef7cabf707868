import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemorySink, type MemorySink, type SpanSink } from '@snowfence/audit'
import { createGovernedConnection, createLocalGovernance, type GovernedConnection } from 'snowfence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

// How a read ended is written behind its rows where they are masked, and before them where they are not. In either
// case it is written: what the store did not take stands in the way of every later statement.

const policy = `version: 1
classes:
  city: { mask: redact }
  name: { mask: token }
resources:
  - table: CLINIC.PUBLIC.PATIENTS
    unclassified: allow
    columns: { CITY: city, LAST_NAME: name }
  - table: CLINIC.PUBLIC.OUTCOMES
    unclassified: allow
rules:
  - id: may-see-cities
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select, insert]
    resources: [CLINIC.PUBLIC.PATIENTS, CLINIC.PUBLIC.OUTCOMES]
    reveal: [city]
`
const masked = 'select LAST_NAME from PATIENTS limit 1'
const revealed = 'select CITY from PATIENTS limit 1'

let clinic: ClinicStack
let directory: string
beforeAll(async () => {
  clinic = await startClinicStack()
  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  await writeFile(join(directory, 'policy.yaml'), policy)
  const administrator = await clinic.administrator()
  for (const sqlText of [
    'create table OUTCOMES (A int)',
    'grant select, insert on table OUTCOMES to role CLINIC_READER',
  ])
    await new Promise<void>((resolve, reject) =>
      administrator.execute({ sqlText, complete: (error) => (error ? reject(error) : resolve()) }),
    )
})
afterAll(async () => {
  await clinic.close()
  await rm(directory, { recursive: true })
})

/** A store that does not take the writes it is told about, counted from 1. */
const createFailingSink = (isTaken: (write: number, names: readonly string[]) => boolean) => {
  const stored = createMemorySink()
  let writes = 0
  const sink: SpanSink = {
    write: async (spans, signal) => {
      writes += 1
      const names = spans.map(({ name }) => name)
      if (!isTaken(writes, names)) throw new Error('disk full')
      return await stored.write(spans, signal)
    },
    close: async () => {},
  }
  return { sink, stored, writes: () => writes }
}

const connect = async (journal: SpanSink): Promise<GovernedConnection> =>
  await createGovernedConnection({
    account: clinic.stack.warehouse.account,
    accessUrl: clinic.stack.warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    purpose: 'HOPERAT',
    agent: { id: 'readmissions-bot' },
    governance: createLocalGovernance({
      policyFile: join(directory, 'policy.yaml'),
      principal: { issuer: 'https://issuer.test', subject: 'agent', groups: ['clinic-agents'] },
      journal,
      lease: async () => await clinic.lease(),
    }),
  }).connectAsync()

const kindsOf = (stored: MemorySink): unknown[] =>
  stored.records.map(({ record }) => record.span.attributes['snowfence.span'])

const notDurable = { snowfenceCode: 'ERR_AUDIT_NOT_DURABLE' }

test('an outcome that the store did not take at first is written before the next statement is answered', async () => {
  const { sink, stored, writes } = createFailingSink((write) => write !== 2)
  const connection = await connect(sink)
  expect((await connection.query(masked)).rows).toHaveLength(1)
  await expect.poll(writes).toBe(2)
  expect(kindsOf(stored)).toEqual(['authorize'])
  expect((await connection.query(masked)).rows).toHaveLength(1)
  expect(kindsOf(stored).slice(0, 3).sort()).toEqual(['authorize', 'authorize', 'query'])
  await connection[Symbol.asyncDispose]()
  expect(kindsOf(stored).sort()).toEqual(['authorize', 'authorize', 'query', 'query'])
})

test('while an outcome is not taken, no later statement is answered', async () => {
  const { sink, stored, writes } = createFailingSink((_write, names) =>
    names.every((name) => name.startsWith('authorize')),
  )
  const connection = await connect(sink)
  expect((await connection.query(masked)).rows).toHaveLength(1)
  await expect.poll(writes).toBe(2)
  expect(kindsOf(stored)).toEqual(['authorize'])
  for (const sqlText of [
    masked,
    'select PATIENT_ID from PATIENTS limit 1',
    'insert into OUTCOMES values (1)',
  ])
    await expect(connection.query(sqlText)).rejects.toMatchObject(notDurable)
  await connection[Symbol.asyncDispose]()
})

test('an outcome that waits when the connection ends is written', async () => {
  const { sink, stored } = createFailingSink(() => true)
  const connection = await connect(sink)
  await connection.query(masked)
  await connection[Symbol.asyncDispose]()
  expect(kindsOf(stored)).toEqual(['authorize', 'query'])
})

test.each([
  ['classified values that are shown as they are', revealed],
  ['the answer to a write', 'insert into OUTCOMES values (2)'],
])('%s wait for the record of the outcome', async (_what, sqlText) => {
  const { sink } = createFailingSink((write) => write === 1)
  const connection = await connect(sink)
  await expect(connection.query(sqlText)).rejects.toMatchObject(notDurable)
  await connection[Symbol.asyncDispose]()
})
