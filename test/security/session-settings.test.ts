import type { GovernedConnection } from 'snowfence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

// A session may let every text hold several statements: each is judged alone, and nothing but one statement is ever sent. It may
// bring a tag: the governed one stays.

let clinic: ClinicStack
let connection: GovernedConnection

beforeAll(async () => {
  clinic = await startClinicStack({
    policyFile: new URL('../../examples/policies/tools.yaml', import.meta.url).pathname,
  })
  connection = await clinic.connect()
  await connection.query('alter session set MULTI_STATEMENT_COUNT = 0')
})
afterAll(async () => await clinic.close())

test.each([
  'select 1 as X; select SSN as X from PATIENTS where SSN = 1',
  "select 1 as X; select 1 as X from PATIENTS where EMAIL like 'a%'",
  'select 1 as X; drop table PATIENTS',
  'select 1 as X /* ; */; drop table PATIENTS; -- ;',
  "select ';' as X; drop table PATIENTS",
  'select $$;$$ as X; drop table PATIENTS',
  'begin; drop table PATIENTS; commit',
  'begin select 1; drop table PATIENTS; end',
  'select 1 as X; alter session set QUOTED_IDENTIFIERS_IGNORE_CASE = true; select 1 as "x"',
])('the second statement of %s is refused', async (sqlText) => {
  const before = clinic.stack.warehouse.queryHistory().length
  await expect(connection.query(sqlText)).rejects.toMatchObject({
    snowfenceCode: expect.stringMatching(/^ERR_STATEMENT_/),
  })
  const ran = clinic.stack.warehouse.queryHistory().slice(before)
  expect(ran.filter(({ queryText }) => /SSN|EMAIL|drop|QUOTED/.test(queryText))).toEqual([])
})

test('a text of several statements runs them in order, each masked', async () => {
  const statement = await new Promise<{ rows: unknown; hasNext: boolean }>((resolve, reject) => {
    connection.execute({
      sqlText: 'select SSN as X from PATIENTS order by PATIENT_ID limit 1; select 2 as Y',
      complete: (error, statement, rows) =>
        error
          ? reject(error)
          : resolve({ rows, hasNext: (statement as unknown as { hasNext(): boolean }).hasNext() }),
    })
  })
  expect(statement).toEqual({ rows: [{ X: expect.stringMatching(/^\W*\d{4}$/) }], hasNext: true })
})

test('binds of a text with one statement and a comment behind it stay with it', async () => {
  const { rows } = await connection.query(
    'select PATIENT_ID as X from PATIENTS where PATIENT_ID = ?; -- one',
    [1],
  )
  expect(rows).toEqual([{ X: 1 }])
})

test('a tag that the session set becomes part of the governed tag, which it cannot replace', async () => {
  await connection.query("alter session set query_tag = 'it''s nightly'")
  const { queryId: id } = await connection.query('select 44 as TAGGED')
  const run = clinic.stack.warehouse.queryHistory().find(({ queryId }) => queryId === id)
  expect(JSON.parse(run?.queryTag ?? '{}')).toMatchObject({ snowfence: 1, tag: "it's nightly" })
})

test.each([
  'use role CLINIC_NOTES_READER',
  'use role "clinic_reader"',
  'use role ACCOUNTADMIN -- CLINIC_READER',
  'use secondary roles all',
  'use secondary roles CLINIC_NOTES_READER',
  'use secondary roles "NONE", CLINIC_NOTES_READER',
])('%s is refused, though the policy permits to set the session up', async (sqlText) => {
  const before = clinic.stack.warehouse.queryHistory().length
  await expect(connection.query(sqlText)).rejects.toMatchObject({
    snowfenceCode: expect.stringMatching(/^ERR_STATEMENT_/),
  })
  expect(clinic.stack.warehouse.queryHistory().length).toBe(before)
})

test.each(['use role CLINIC_READER', 'USE ROLE "CLINIC_READER";', 'use secondary roles none'])(
  '%s keeps the role that is in force, and passes',
  async (sqlText) => {
    await expect(connection.query(sqlText)).resolves.toBeDefined()
  },
)
