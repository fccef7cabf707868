import type { Connection } from 'snowflake-sdk'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from '../index.ts'
import { connect, disconnect, execute, failureOf, rowsOf } from '../testing/driver.ts'

let local: LocalSnowflake
let connection: Connection

beforeAll(async () => {
  local = await createLocalSnowflake({ patients: 5 })
  const { username, password } = local.administrator
  connection = await connect({ account: local.account, accessUrl: local.url, username, password })
})
afterAll(async () => {
  await disconnect(connection)
  await local.close()
})
beforeEach(async () => {
  await execute(connection, 'create or replace table m (a number not null, b varchar(5), c variant)')
  await execute(connection, "insert into m (a, b) values (1, 'x'), (2, 'y')")
})

const content = () => rowsOf(connection, 'select a, b from m order by a')

describe('a change answers with its counts', () => {
  test.each([
    ["insert into m (a, b) select 3, 'z' union all select 4, 'w'", 'number of rows inserted', 2],
    ['update m set b = upper(m.b) where a in (select 1)', 'number of rows updated', 1],
    ['update m t set b = p.sex from patients p where t.a = p.patient_id', 'number of rows updated', 2],
    ['delete from m where a = 2', 'number of rows deleted', 1],
    [
      'delete from m using patients p, providers q where p.patient_id = m.a and p.patient_id = 2',
      'number of rows deleted',
      1,
    ],
    ['delete from m t where t.a > 0', 'number of rows deleted', 2],
  ])('%s', async (sql, name, count) => {
    const { statement, rows } = await execute(connection, sql)
    expect(rows[0]?.[name]).toBe(count)
    expect(statement.getNumUpdatedRows()).toBe(count)
  })

  test('for each kind of change of a MERGE', async () => {
    const { statement, rows } = await execute(
      connection,
      `merge into m t using (select 2 as a, 'z' as b union all select 3, 'w' union all select 1, 'gone') s on t.a = s.a
       when matched and s.b = 'gone' then delete
       when matched then update set t.b = s.b
       when not matched then insert (a, b) values (s.a, s.b)`,
    )
    expect(rows).toEqual([
      { 'number of rows inserted': 1, 'number of rows updated': 1, 'number of rows deleted': 1 },
    ])
    expect(statement.getNumUpdatedRows()).toBe(3)
    expect(await content()).toEqual([
      [2, 'z'],
      [3, 'w'],
    ])
  })
})

describe('a change that does not fit is refused', () => {
  test.each([
    ['a NULL where none may be', 'insert into m (a) values (null)', '100072'],
    ['a text that is too long', "insert into m (a, b) values (1, 'too long')", '100072'],
    ['a text for a VARIANT', "insert into m (a, c) select 1, '{}'", '002023'],
    ['too few values', 'insert into m values (1)', '001079'],
    ['an unknown column', 'insert into m (nope) values (1)', '000904'],
    ['an unknown column in SET', 'update m set nope = 1', '000904'],
    ['a view', 'insert into information_schema.tables values (1)', '002003'],
    ['a second table of that name', 'create table m (a number)', '002002'],
    ['a column twice', 'create table twice (a number, A number)', '002025'],
    ['INSERT OVERWRITE', 'insert overwrite into m select * from m', '000002'],
    ['AUTOINCREMENT', 'create table counted (id number autoincrement)', '000002'],
    ['a default that runs something', "create table d (a varchar default current_setting('x'))", '000002'],
  ])('%s', async (_, sql, code) => {
    expect(await failureOf(execute(connection, sql))).toMatchObject({ code })
    expect(await content()).toEqual([
      [1, 'x'],
      [2, 'y'],
    ])
  })
})

describe('tables and views', () => {
  test('are described with the types they were made with', async () => {
    await execute(
      connection,
      `create or replace table kinds (a number(10,2) not null comment 'money', b varchar(20) default 'x', c timestamp_tz(3),
       d timestamp_ltz, e timestamp_ntz, f float, g binary(8), h array, i object, j char, k int primary key, l time)`,
    )
    const described = (await execute(connection, 'describe table kinds')).rows
    expect(described.map((row) => [row.name, row.type, row['null?'], row.default])).toEqual([
      ['A', 'NUMBER(10,2)', 'N', null],
      ['B', 'VARCHAR(20)', 'Y', "'x'"],
      ['C', 'TIMESTAMP_TZ(3)', 'Y', null],
      ['D', 'TIMESTAMP_LTZ(9)', 'Y', null],
      ['E', 'TIMESTAMP_NTZ(9)', 'Y', null],
      ['F', 'FLOAT', 'Y', null],
      ['G', 'BINARY(8)', 'Y', null],
      ['H', 'ARRAY', 'Y', null],
      ['I', 'OBJECT', 'Y', null],
      ['J', 'VARCHAR(1)', 'Y', null],
      ['K', 'NUMBER(38,0)', 'N', null],
      ['L', 'TIME(9)', 'Y', null],
    ])
    const listed = await rowsOf(
      connection,
      "select column_name, data_type, is_nullable, numeric_precision, numeric_scale, comment from information_schema.columns where table_name = 'KINDS' and ordinal_position = 1",
    )
    expect(listed).toEqual([['A', 'NUMBER', 'NO', 10, 2, 'money']])
  })

  test('are made from queries, copied, changed and dropped', async () => {
    await execute(connection, 'create or replace table copy as select a, b as "Word" from m')
    await execute(connection, 'create or replace view seen (x, y) as select a, "Word" from copy')
    await execute(connection, 'create or replace table twin clone copy')
    await execute(connection, 'alter table twin add column extra number(3,1)')
    await execute(connection, 'alter table twin rename column "Word" to word')
    expect((await execute(connection, 'select * from twin order by a')).rows[0]).toEqual({
      A: 1,
      WORD: 'x',
      EXTRA: null,
    })
    expect((await execute(connection, 'select * from seen order by x')).rows[1]).toEqual({ X: 2, Y: 'y' })
    await execute(connection, 'drop view seen')
    await execute(connection, 'drop table if exists twin')
    expect(await failureOf(execute(connection, 'select * from twin'))).toMatchObject({ code: '002003' })
    expect((await execute(connection, "show tables like 'co%'")).rows.map((row) => row.name)).toEqual([
      'COPY',
    ])
  })

  test('whose names differ only in case are different', async () => {
    await execute(connection, 'create or replace table "m" as select 9 as "a", 8 as "A"')
    expect(await rowsOf(connection, 'select "a", a from "m"')).toEqual([[9, 8]])
    expect(await content()).toEqual([
      [1, 'x'],
      [2, 'y'],
    ])
    await execute(connection, 'drop table "m"')
  })

  test('in databases and schemas of their own do not mix', async () => {
    await execute(connection, 'create database "A.B"')
    await execute(connection, 'create schema "A.B".C')
    await execute(connection, 'create database A')
    await execute(connection, 'create schema A."B.C"')
    await execute(connection, 'create table "A.B".C.T as select 1 as n')
    await execute(connection, 'create table A."B.C".T as select 2 as n')
    expect(await rowsOf(connection, 'select x.n, y.n from "A.B".C.T x, A."B.C".T y')).toEqual([[1, 2]])
    await execute(connection, 'use schema clinic.public')
  })
})
