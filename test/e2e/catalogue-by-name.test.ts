import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemorySink } from '@snowfence/audit'
import { createGovernedConnection, createLocalGovernance, type GovernedConnection } from 'snowfence'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'

const policy = `version: 1
classes:
  ssn: { mask: { partial: { keepLast: 4 } }, uses: [] }
resources:
  - table: CLINIC.PUBLIC.PATIENTS
    columns: { SSN: ssn }
    unclassified: allow
  - table: SCRATCH.*
    columns: { SSN: ssn }
    unclassified: allow
  - table: CLINIC.*
    unclassified: allow
rules:
  - id: agents-work
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select, insert, create, alter, drop, session, metadata]
    resources: ['*']
`

let clinic: ClinicStack
let directory: string
const open: GovernedConnection[] = []
const sink = createMemorySink()

const connect = async (): Promise<GovernedConnection> => {
  const connection = await createGovernedConnection({
    account: clinic.stack.warehouse.account,
    accessUrl: clinic.stack.warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    purpose: 'HOPERAT',
    agent: { id: 'catalogue-bot' },
    governance: createLocalGovernance({
      policyFile: join(directory, 'policy.yaml'),
      principal: { issuer: 'https://issuer.test', subject: 'agent', groups: ['clinic-agents'] },
      journal: sink,
      lease: async () => await clinic.lease(),
    }),
  }).connectAsync()
  open.push(connection)
  return connection
}

const administer = async (sqlText: string): Promise<void> => {
  const administrator = await clinic.administrator()
  await new Promise<void>((resolve, reject) =>
    administrator.execute({ sqlText, complete: (error) => (error ? reject(error) : resolve()) }),
  )
}

const rowsOf = async (connection: GovernedConnection, sql: string): Promise<readonly unknown[]> =>
  (await connection.query(sql)).rows

beforeAll(async () => {
  clinic = await startClinicStack()
  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  await writeFile(join(directory, 'policy.yaml'), policy)
  for (const sql of [
    'create database SCRATCH',
    'create schema SCRATCH.WORK',
    'grant usage on database SCRATCH to role CLINIC_READER',
    'grant all on schema SCRATCH.WORK to role CLINIC_READER',
    'create table SCRATCH.WORK.COHORT (PATIENT_ID int, SSN varchar)',
    "insert into SCRATCH.WORK.COHORT values (1, '900-00-1234')",
    'grant select on table SCRATCH.WORK.COHORT to role CLINIC_READER',
    'create database HIDDEN',
    'create table HIDDEN.PUBLIC.SECRETS (A int)',
  ])
    await administer(sql)
})
afterAll(async () => {
  for (const connection of open) await connection[Symbol.asyncDispose]()
  await clinic.close()
  await rm(directory, { recursive: true })
})

describe('a table that the catalogue does not have', () => {
  test('is read in another database, and its classes hold there', async () => {
    const connection = await connect()
    expect(await rowsOf(connection, 'select * from scratch.work.cohort')).toEqual([
      { PATIENT_ID: 1, SSN: expect.stringMatching(/^\D*1234$/) },
    ])
    expect(
      await rowsOf(
        connection,
        'select p.PATIENT_ID from patients p join scratch.work.cohort c on c.PATIENT_ID = p.PATIENT_ID',
      ),
    ).toEqual([{ PATIENT_ID: 1 }])
    const denied = await connection.attempt("select 1 from scratch.work.cohort where SSN = '900-00-1234'")
    expect(denied).toMatchObject({ kind: 'denied' })
  })

  test('is read when the session has no such database, and when it has none', async () => {
    const connection = await connect()
    await connection.query('use database scratch')
    expect(await rowsOf(connection, 'select count(*) as N from clinic.public.patients')).toEqual([
      { N: expect.any(Number) },
    ])
    await connection.query('use schema clinic.public')
    expect(await rowsOf(connection, 'select count(*) as N from scratch.work.cohort')).toEqual([{ N: 1 }])
  })

  test('is one that the session has just made, temporary or not', async () => {
    const connection = await connect()
    await connection.query('create temporary table TMP_IDS as select PATIENT_ID from patients')
    expect((await rowsOf(connection, 'select * from TMP_IDS limit 2')).length).toBe(2)
    await connection.query('create table SCRATCH.WORK.FRESH (A int)')
    expect(await rowsOf(connection, 'select * from SCRATCH.WORK.FRESH')).toEqual([])
  })

  test('is one that somebody else has just made', async () => {
    const connection = await connect()
    await connection.query('select 1 from patients limit 1')
    await administer('create table CLINIC.PUBLIC.NEWCOMER (B int)')
    await administer('grant select on table CLINIC.PUBLIC.NEWCOMER to role CLINIC_READER')
    expect(await rowsOf(connection, 'select * from newcomer')).toEqual([])
  })

  test('is refused when the role does not see it, or it does not exist', async () => {
    const connection = await connect()
    for (const sql of [
      'select * from hidden.public.secrets',
      'select * from nowhere.public.t',
      'select * from scratch.nowhere.t',
      `select * from scratch.work."it's \\ not"`,
    ]) {
      const attempt = await connection.query(sql).catch((error: unknown) => error)
      expect(attempt).toMatchObject({ code: '002003', sqlState: '42S02' })
    }
  })
})

test('INFORMATION_SCHEMA of another database is read', async () => {
  const connection = await connect()
  expect(
    await rowsOf(
      connection,
      "select TABLE_NAME from scratch.information_schema.tables where TABLE_NAME = 'COHORT'",
    ),
  ).toEqual([{ TABLE_NAME: 'COHORT' }])
})

test('a star of INFORMATION_SCHEMA has the columns that come back, by their names', async () => {
  const connection = await connect()
  for (const view of ['tables', 'columns', 'schemata', 'views', 'databases']) {
    const rows = await rowsOf(connection, `select * from information_schema.${view}`)
    if (view === 'views') continue
    expect(rows.length).toBeGreaterThan(0)
    expect(Object.values(rows[0] as object).some((value) => value !== null)).toBe(true)
  }
})

describe('a table that somebody has changed meanwhile', () => {
  test('is read again, with the masks of its columns as they are now', async () => {
    await administer('create table CLINIC.PUBLIC.CHANGING (A int)')
    await administer('insert into CLINIC.PUBLIC.CHANGING values (1)')
    await administer('grant select on table CLINIC.PUBLIC.CHANGING to role CLINIC_READER')
    const connection = await connect()
    expect(await rowsOf(connection, 'select * from changing')).toEqual([{ A: 1 }])
    await administer('alter table CLINIC.PUBLIC.CHANGING add column B int')
    expect(await rowsOf(connection, 'select * from changing')).toEqual([{ A: 1, B: null }])
    expect(await rowsOf(connection, 'select B from changing')).toEqual([{ B: null }])
  })

  test('is recorded as two statements, the first of which failed', async () => {
    await administer('create table CLINIC.PUBLIC.CHANGING_TOO (A int)')
    await administer('grant select on table CLINIC.PUBLIC.CHANGING_TOO to role CLINIC_READER')
    const connection = await connect()
    await rowsOf(connection, 'select * from changing_too')
    await administer('alter table CLINIC.PUBLIC.CHANGING_TOO add column B int')
    const before = sink.records.length
    await rowsOf(connection, 'select * from changing_too')
    const texts = sink.records.slice(before)
    expect(JSON.stringify(texts)).toContain('ERR_RESULT_SHAPE_MISMATCH')
  })
})

/** The texts that the agent's Snowflake user has run, in order. */
const textsOfAgent = async (): Promise<readonly string[]> => {
  const administrator = await clinic.administrator()
  return await new Promise((resolve, reject) =>
    administrator.execute({
      sqlText:
        "select QUERY_TEXT from table(CLINIC.INFORMATION_SCHEMA.QUERY_HISTORY(RESULT_LIMIT => 10000)) where USER_NAME = 'CLINIC_AGENT' order by START_TIME",
      complete: (error, _statement, rows) =>
        error
          ? reject(error)
          : resolve((rows ?? []).map((row) => String((row as { QUERY_TEXT: string }).QUERY_TEXT))),
    }),
  )
}

describe('nothing is read whole', () => {
  test('a connection that names no table asks for the structure of none', async () => {
    const before = (await textsOfAgent()).length
    const connection = await connect()
    await connection.query('select 1')
    const texts = (await textsOfAgent()).slice(before)
    expect(texts).toContain('select 1')
    expect(texts.filter((text) => /information_schema|describe|show/i.test(text))).toEqual([])
  })

  test('the tables of a statement are looked up by name, and once for the sessions of a role', async () => {
    for (const name of ['LEFT_ONE', 'RIGHT_ONE']) {
      await administer(`create table CLINIC.PUBLIC.${name} (A int)`)
      await administer(`grant select on table CLINIC.PUBLIC.${name} to role CLINIC_READER`)
    }
    const before = (await textsOfAgent()).length
    for (let session = 0; session < 2; session += 1)
      await (await connect()).query('select l.A from left_one l join right_one r on l.A = r.A')
    const described = (await textsOfAgent()).slice(before).filter((text) => /^describe/i.test(text))
    expect(described.sort()).toEqual([
      'describe table CLINIC.PUBLIC.LEFT_ONE',
      'describe table CLINIC.PUBLIC.RIGHT_ONE',
    ])
  })

  test('a name that does not exist is told with the one that may be meant, in its schema or another', async () => {
    const connection = await connect()
    const hintOf = async (sql: string): Promise<string> =>
      await connection.query(sql).then(
        () => '',
        (error: { hint: string }) => error.hint,
      )
    expect(await hintOf('select 1 from patiens')).toContain('did you mean `CLINIC.PUBLIC.PATIENTS`?')
    expect(await hintOf('select 1 from scratch.work.cohrot')).toContain('did you mean `SCRATCH.WORK.COHORT`?')
    expect(await hintOf('select 1 from scratch.public.cohort')).toContain(
      'did you mean `SCRATCH.WORK.COHORT`?',
    )
    expect(await hintOf('select 1 from hidden.public.secret')).not.toContain('SECRETS')
  })
})

test('a temporary table stands before another of its name in its own session, and in no other', async () => {
  await administer('create table CLINIC.PUBLIC.SHADOWED (SSN varchar, A int)')
  await administer("insert into CLINIC.PUBLIC.SHADOWED values ('900-00-1234', 1)")
  await administer('grant select on table CLINIC.PUBLIC.SHADOWED to role CLINIC_READER')
  const [first, second] = [await connect(), await connect()]
  const permanent = [{ SSN: '[ssn]', A: 1 }]
  expect(await rowsOf(first, 'select * from shadowed')).toEqual(permanent)
  await first.query('create temporary table SHADOWED (B int)')
  expect(await rowsOf(first, 'select * from shadowed')).toEqual([])
  await expect(first.query('select A from shadowed')).rejects.toMatchObject({ code: '000904' })
  expect(await rowsOf(second, 'select * from shadowed')).toEqual(permanent)
  expect(await rowsOf(await connect(), 'select A from shadowed')).toEqual([{ A: 1 }])
  await first.query('drop table shadowed')
  expect(await rowsOf(first, 'select * from shadowed')).toEqual(permanent)
})
