import type { Connection } from 'snowflake-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from '../index.ts'
import { connect, disconnect, execute, failureOf, rowsOf } from '../testing/driver.ts'
import { createTokenIssuer, type TokenIssuer, testAudience } from '../testing/token-issuer.ts'

let issuer: TokenIssuer
let local: LocalSnowflake
let agent: Connection
let notesAgent: Connection
let administrator: Connection

const logInAs = async (role: string) =>
  connect({
    account: local.account,
    accessUrl: local.url,
    authenticator: 'OAUTH',
    token: await issuer.issue(role),
    role,
  })

beforeAll(async () => {
  issuer = await createTokenIssuer()
  local = await createLocalSnowflake({
    patients: 20,
    oauth: { issuer: issuer.issuer, audience: testAudience, jwksUri: issuer.jwksUri },
  })
  agent = await logInAs('CLINIC_READER')
  notesAgent = await logInAs('CLINIC_NOTES_READER')
  const { username, password } = local.administrator
  administrator = await connect({ account: local.account, accessUrl: local.url, username, password })
})
afterAll(async () => {
  await Promise.all([agent, notesAgent, administrator].map(disconnect))
  await local.close()
  await issuer.close()
})

const guarded = 'psychotherapy_notes'

describe('a table on which a role holds only REFERENCES', () => {
  test.each([
    `select * from ${guarded}`,
    `select count(*) from ${guarded}`,
    `select 1 from clinic.public.${guarded} limit 0`,
    `select * from "CLINIC"."PUBLIC"."PSYCHOTHERAPY_NOTES"`,
    `select * from identifier('${guarded}')`,
    `select * from table('${guarded}')`,
    `with x as (select * from ${guarded}) select 1`,
    `with ${guarded} as (select * from ${guarded}) select * from ${guarded}`,
    `select (select max(text) from ${guarded})`,
    `select * from patients where exists (select 1 from ${guarded})`,
    `select * from patients where patient_id in (select patient_id from ${guarded})`,
    `select * from patients p left join ${guarded} n on n.patient_id = p.patient_id`,
    `select * from patients, lateral (select text from ${guarded}) t`,
    `select 1 union all select count(*) from ${guarded}`,
    `select * from patients order by (select max(text) from ${guarded})`,
    `select * from patients qualify row_number() over (order by (select max(text) from ${guarded})) = 1`,
    `select * from (patients p join ${guarded} n on true)`,
    `select * from (select * from ${guarded}) pivot(max(text) for note_id in (1))`,
    `select f.value from table(flatten(input => (select array_agg(text) from ${guarded}))) f`,
    `select case when (select count(*) from ${guarded}) > 0 then 1 end`,
    `select 1 limit (select count(*) from ${guarded})`,
    `select /* ${guarded} */ 1 from ${guarded} -- x`,
    `select * from patients p, ${guarded} n`,
    `select * from ${guarded} at(offset => -1)`,
    `create table public.copied as select * from ${guarded}`,
    `create temporary table copied as select * from ${guarded}`,
    `create temporary table copied clone ${guarded}`,
    `create temporary table copied like ${guarded}`,
    `create view seen as select * from ${guarded}`,
    `insert into patients select * from ${guarded}`,
    `explain select * from ${guarded}`,
  ])('gives no rows to: %s', async (sql) => {
    const { sqlState, message } = await failureOf(execute(agent, sql))
    expect(['42501', '42S02', '0A000', '42000', '02000']).toContain(sqlState)
    expect(message).not.toMatch(/Zq|Xy/)
  })

  test('shows its structure in INFORMATION_SCHEMA and DESCRIBE', async () => {
    const columns = `select column_name from information_schema.columns where table_name = 'PSYCHOTHERAPY_NOTES' order by ordinal_position`
    expect(await rowsOf(agent, columns)).toEqual([['NOTE_ID'], ['PATIENT_ID'], ['WRITTEN_AT'], ['TEXT']])
    expect((await rowsOf(agent, `describe table ${guarded}`)).length).toBe(4)
  })

  test('is read by the role that has SELECT on it, and by no session of another role', async () => {
    const [[count]] = (await rowsOf(notesAgent, `select count(*) from ${guarded}`)) as [[number]]
    expect(count).toBe(local.dataset.psychotherapyNotes.length)
    expect(await failureOf(execute(agent, `select count(*) from ${guarded}`))).toMatchObject({
      code: '003001',
      sqlState: '42501',
    })
  })

  test('does not come back through the result of another user or RESULT_SCAN', async () => {
    const { statement } = await execute(administrator, `select * from ${guarded}`)
    const sql = `select * from table(result_scan('${statement.getQueryId()}'))`
    expect(await failureOf(execute(agent, sql))).toMatchObject({ code: '000709' })
  })
})

describe('an agent role', () => {
  test.each([
    'insert into patients select * from patients',
    "update patients set ssn = '1'",
    'delete from patients',
    'merge into patients p using labs l on p.patient_id = l.patient_id when matched then delete',
    'truncate table patients',
    'drop table patients',
    'alter table patients add column x number',
    'create table public.mine (a number)',
    'create or replace table patients (a number)',
    'create schema mine',
    'create database mine',
    'create role mine',
    "create user mine password = 'x'",
    'grant select on table psychotherapy_notes to role clinic_reader',
    'grant role clinic_notes_reader to role clinic_reader',
    'grant ownership on table patients to role clinic_reader',
    'grant role accountadmin to user clinic_agent',
    'revoke select on table patients from role clinic_notes_reader',
    'alter user admin set disabled = true',
    'drop role clinic_reader',
    'use role accountadmin',
    'show grants to role accountadmin',
    'select * from snowflake.account_usage.query_history',
  ])('may not: %s', async (sql) => {
    const { sqlState } = await failureOf(execute(agent, sql))
    expect(['42501', '42S02', '02000']).toContain(sqlState)
  })

  test('sees in the history only what its own user ran', async () => {
    await execute(administrator, "select 'secret of the administrator'")
    const seen = await rowsOf(agent, 'select query_text from table(information_schema.query_history())')
    expect(seen.flat().some((text) => String(text).includes('secret of the administrator'))).toBe(false)
    expect(seen.length).toBeGreaterThan(0)
  })

  test('loses access at once when a privilege is revoked', async () => {
    await execute(administrator, 'revoke select on table labs from role clinic_reader')
    expect(await failureOf(execute(agent, 'select count(*) from labs'))).toMatchObject({ code: '002003' })
    expect(await rowsOf(agent, "select 1 from information_schema.tables where table_name = 'LABS'")).toEqual(
      [],
    )
    await execute(administrator, 'grant select on table labs to role clinic_reader')
    expect(await rowsOf(agent, 'select count(*) > 0 from labs')).toEqual([[true]])
  })

  test('loses its session when its user is disabled', async () => {
    await execute(administrator, "create user short password = 'pw' default_role = clinic_reader")
    await execute(administrator, 'grant role clinic_reader to user short')
    const connection = await connect({
      account: local.account,
      accessUrl: local.url,
      username: 'short',
      password: 'pw',
    })
    expect(await rowsOf(connection, 'select current_role()')).toEqual([['CLINIC_READER']])
    await execute(administrator, 'alter user short set disabled = true')
    expect(await failureOf(execute(connection, 'select 1'))).toMatchObject({ code: '407002' })
  })
})

describe('a view', () => {
  test("reads with its owner's rights, and is itself a privilege", async () => {
    await execute(administrator, `create view public.counted as select count(*) as n from ${guarded}`)
    expect(await failureOf(execute(agent, 'select * from counted'))).toMatchObject({ code: '002003' })
    await execute(administrator, 'grant select on view counted to role clinic_reader')
    expect(await rowsOf(agent, 'select n > 0 from counted')).toEqual([[true]])
    await execute(administrator, 'drop view counted')
  })

  test('dropped and made again starts without privileges', async () => {
    await execute(administrator, 'create table public.fresh (a number)')
    await execute(administrator, 'grant select on table fresh to role clinic_reader')
    await execute(administrator, 'create or replace table public.fresh (a number)')
    expect(await failureOf(execute(agent, 'select * from fresh'))).toMatchObject({ code: '002003' })
  })
})

describe('DuckDB is out of reach', () => {
  test.each([
    "select * from read_csv('/etc/passwd')",
    "select * from read_text('/etc/passwd')",
    "select * from '/etc/passwd'",
    'select * from "/etc/passwd"',
    "select * from read_parquet('https://example.com/x.parquet')",
    "select * from glob('*')",
    "select * from query('select 1')",
    "select * from query_table('CLINIC.PUBLIC.PATIENTS')",
    'select * from duckdb_tables()',
    'select * from duckdb_settings()',
    'select * from duckdb_tables',
    'select * from sqlite_master',
    'select * from pg_catalog.pg_tables',
    'select * from main.duckdb_tables',
    'select * from information_schema.character_sets',
    'select * from system.information_schema.tables',
    "select * from snow_flatten('{}')",
    "select snow_path('{}', '$')",
    "select getenv('HOME')",
    "select current_setting('home_directory')",
    "select * from json_execute_serialized_sql('{}')",
    "select json_serialize_sql('select 1')",
    "select nextval('x')",
    "select list_aggregate([1], 'sum')",
    "attach '/tmp/x.db'",
    'install httpfs',
    'load httpfs',
    'pragma database_list',
    "copy patients to '/tmp/x.csv'",
    "export database '/tmp/x'",
    'checkpoint',
    'call pragma_version()',
    'vacuum',
    'from patients',
    "select * from patients into outfile '/tmp/x'",
    'create macro f(x) as x',
    'create table public.x as from patients',
    'create type t as enum (1)',
    'create sequence s',
    "create secret (type s3, key_id 'x')",
    'prepare q as select 1',
    'execute q',
    "select columns('.*') from patients",
    "select unnest(['a'])",
    "select {'a': 1}",
    'select "~snow_supplied_0".* from information_schema.tables',
    'select * from "~snow_supplied_0"',
    'select * from "CLINIC.PUBLIC"."PATIENTS"',
    'select * from "~temporary.1000001".x',
  ])('%s', async (sql) => {
    const { sqlState, message } = await failureOf(execute(administrator, sql))
    expect(sqlState).toMatch(/^(0A000|42000|42601|42S02|02000|22\d{3}|42501|42P13)$/)
    expect(message).not.toMatch(/root:|DuckDB|Catalog Error|Binder Error/)
  })
})
