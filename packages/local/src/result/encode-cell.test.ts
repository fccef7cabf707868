import type { Connection } from 'snowflake-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from '../index.ts'
import { connect, disconnect, execute } from '../testing/driver.ts'

let local: LocalSnowflake
let connection: Connection

beforeAll(async () => {
  local = await createLocalSnowflake({ patients: 40 })
  const { username, password } = local.administrator
  connection = await connect({ account: local.account, accessUrl: local.url, username, password })
})
afterAll(async () => {
  await disconnect(connection)
  await local.close()
})

const value = async (expression: string) => {
  const { rows, statement } = await execute(connection, `select ${expression} as v`)
  return { value: rows[0]?.V, column: statement.getColumn('V') }
}
const shown = (cell: unknown) => (cell instanceof Date ? JSON.parse(JSON.stringify(cell)) : cell)

describe('every type reaches the driver as Snowflake sends it', () => {
  test.each([
    ['123456789.25::number(12,2)', 'fixed', 123456789.25],
    ["'-0.5'::number(3,1)", 'fixed', -0.5],
    ['1.5::float', 'real', 1.5],
    ["'nan'::float", 'real', Number.NaN],
    ["'text'::varchar(10)", 'text', 'text'],
    ['true', 'boolean', true],
    ["'1899-12-31'::date", 'date', '1899-12-31'],
    ["'2024-02-29'::date", 'date', '2024-02-29'],
    ["'23:59:58.5'::time", 'time', '23:59:58'],
    ["'2024-01-02 03:04:05.678'::timestamp_ntz", 'timestamp_ntz', '2024-01-02 03:04:05.678'],
    ["'1950-01-02 03:04:05.25'::timestamp_ntz", 'timestamp_ntz', '1950-01-02 03:04:05.250'],
    ["'2024-01-02 03:04:05 +02:00'::timestamp_ltz", 'timestamp_ltz', '2024-01-02 01:04:05.000 +0000'],
    ["'2024-01-02 03:04:05 +02:00'::timestamp_tz", 'timestamp_tz', '2024-01-02 03:04:05.000 +0200'],
    ["'2024-01-02 03:04:05 -07:30'::timestamp_tz", 'timestamp_tz', '2024-01-02 03:04:05.000 -0730'],
    ['parse_json(\'{"a":[1,null]}\')', 'variant', { a: [1, null] }],
    ["parse_json('null')", 'variant', null],
    ["object_construct('k', 1.5)", 'object', { k: 1.5 }],
    ["array_construct('x', 2)", 'array', ['x', 2]],
    ['null', 'text', null],
  ])('%s', async (expression, type, expected) => {
    const { value: cell, column } = await value(expression)
    expect(column?.getType()).toBe(type)
    expect(shown(cell)).toEqual(expected)
  })

  test('binary comes as bytes', async () => {
    const { value: cell, column } = await value("'00ff10'::binary")
    expect(column?.getType()).toBe('binary')
    expect(Buffer.isBuffer(cell) && cell.toString('hex')).toBe('00ff10')
  })

  test("with the session's time zone for TIMESTAMP_LTZ", async () => {
    await execute(connection, "alter session set timezone = 'America/New_York'")
    const { value: cell } = await value("'2024-07-01 12:00:00 +00:00'::timestamp_ltz")
    expect(shown(cell)).toBe('2024-07-01 08:00:00.000 -0400')
    const wallClock = await value("'2024-07-01 12:00:00 +00:00'::timestamp_ltz::timestamp_ntz")
    expect(shown(wallClock.value)).toBe('2024-07-01 08:00:00.000')
    const text = await value("'2024-07-01 12:00:00 +00:00'::timestamp_ltz::varchar")
    expect(text.value).toBe('2024-07-01 08:00:00.000 -0400')
    await execute(connection, 'alter session unset timezone')
  })
})

test('columns of the sample have the types, lengths and scales they were made with', async () => {
  const { statement } = await execute(
    connection,
    'select cost, department, admitted_at, result from encounters e join labs l using (patient_id) limit 1',
  )
  const columns = statement.getColumns() ?? []
  expect(columns.map((column) => [column.getType(), column.getPrecision(), column.getScale()])).toEqual([
    ['fixed', 10, 2],
    ['text', null, null],
    ['timestamp_ntz', 0, 9],
    ['variant', null, null],
  ])
})

test('a plain column says which table it is from', async () => {
  const token = 'select p.ssn, upper(p.ssn) from patients p limit 1'
  const { statement } = await execute(connection, token)
  const { username, password } = local.administrator
  const login = await fetch(`${local.url}/session/v1/login-request`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ data: { LOGIN_NAME: username, PASSWORD: password } }),
  })
  const session = (await login.json()) as { data: { token: string } }
  const answer = await fetch(`${local.url}/queries/${statement.getQueryId()}/result`, {
    headers: { authorization: `Snowflake Token="${session.data.token}"` },
  })
  const { data } = (await answer.json()) as { data: { rowtype: Record<string, unknown>[] } }
  expect(data.rowtype).toMatchObject([
    { name: 'SSN', database: 'CLINIC', schema: 'PUBLIC', table: 'PATIENTS', length: 16_777_216 },
    { name: 'UPPER(P.SSN)', table: '' },
  ])
})
