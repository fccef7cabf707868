import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemorySink, type MemorySink } from '@snowfence/audit'
import {
  createGovernedConnection,
  createLocalGovernance,
  type GovernedConnection,
  type GovernedStatement,
} from 'snowfence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'

let clinic: ClinicStack
let directory: string
let connection: GovernedConnection
let sink: MemorySink

const policy = `version: 1
resources:
  - table: CLINIC.*
    unclassified: allow
rules:
  - id: agents-keep-their-own-notes
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select, insert, update, delete, merge, transaction, session]
    resources: ['*']
`

beforeAll(async () => {
  clinic = await startClinicStack()
  const { warehouse } = clinic.stack
  const administrator = await clinic.administrator()
  for (const sqlText of [
    'create table SCRATCH (A int, B text)',
    'grant select, insert, update, delete on table SCRATCH to role CLINIC_READER',
  ])
    await new Promise<void>((resolve, reject) =>
      administrator.execute({ sqlText, complete: (error) => (error ? reject(error) : resolve()) }),
    )

  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  await writeFile(join(directory, 'policy.yaml'), policy)
  sink = createMemorySink()
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
      journal: sink,
      lease: async () => await clinic.lease(),
    }),
  }).connectAsync()
})
afterAll(async () => {
  await connection?.[Symbol.asyncDispose]()
  await clinic.close()
  await rm(directory, { recursive: true })
})

const execute = async (sqlText: string, binds?: unknown[]) =>
  await new Promise<{ statement: GovernedStatement; rows: unknown }>((resolve, reject) =>
    connection.execute({
      sqlText,
      ...(binds ? { binds } : {}),
      complete: (error, statement, rows) =>
        error ? reject(error) : resolve({ statement: statement as unknown as GovernedStatement, rows }),
    }),
  )

test('an insert with binds says how many rows it wrote, by its rows and by getNumUpdatedRows', async () => {
  const { statement, rows } = await execute('insert into SCRATCH values (?, ?)', [1, 'one'])
  expect(rows).toEqual([{ 'number of rows inserted': 1 }])
  expect(statement.getNumUpdatedRows()).toBe(1)
})

test('bulk binds are one insert', async () => {
  const binds = Array.from({ length: 50 }, (_, index) => [100 + index, `value ${index}`])
  const { statement } = await execute('insert into SCRATCH values (?, ?)', binds)
  expect(statement.getNumUpdatedRows()).toBe(50)
  expect((await connection.query('select COUNT(*) as N from SCRATCH where A >= 100')).rows).toEqual([
    { N: 50 },
  ])
})

test('updates and deletes are counted', async () => {
  await execute("insert into SCRATCH values (2, 'two'), (3, 'three')")
  expect(
    (await execute("update SCRATCH set B = 'changed' where A in (2, 3)")).statement.getNumUpdatedRows(),
  ).toBe(2)
  expect((await execute('delete from SCRATCH where A = 3')).statement.getNumUpdatedRows()).toBe(1)
})

test('a transaction that is rolled back leaves nothing', async () => {
  await execute('begin')
  await execute("insert into SCRATCH values (999, 'gone')")
  await execute('rollback')
  expect((await connection.query('select COUNT(*) as N from SCRATCH where A = 999')).rows).toEqual([{ N: 0 }])
})

test('names follow the session: after USE an unqualified name is another table, and is judged as that', async () => {
  const used = connection.query('use schema INFORMATION_SCHEMA')
  const after = connection.attempt('select A from SCRATCH')
  await used
  expect(await after).toMatchObject({ kind: 'denied', code: 'ERR_STATEMENT_UNSUPPORTED' })
  await connection.query('use schema PUBLIC')
  expect(await connection.attempt('select A from SCRATCH')).toMatchObject({ kind: 'completed' })
})

test('a write is recorded before it runs', async () => {
  const before = sink.records.length
  let recordedAtRun = 0
  const { write } = sink
  sink.write = async (spans, signal) => {
    const history = clinic.stack.warehouse.queryHistory()
    if (recordedAtRun === 0)
      recordedAtRun = history.filter(({ queryText }) => queryText.includes('4242')).length + 1
    return await write(spans, signal)
  }
  await execute("insert into SCRATCH values (4242, 'x')")
  sink.write = write
  expect(recordedAtRun).toBe(1)
  const ofWrite = sink.records
    .slice(before)
    .filter(({ record }) => record.span.attributes['snowfence.statement.kind'] === 'insert')
  expect(ofWrite).toHaveLength(2)
})
