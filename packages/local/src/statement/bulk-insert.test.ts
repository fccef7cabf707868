import type { Connection } from 'snowflake-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from '../local-snowflake.ts'
import { connectToClinic, disconnect, execute, rowsOf } from '../testing/driver.ts'

let local: LocalSnowflake
let connection: Connection

beforeAll(async () => {
  local = await createLocalSnowflake({ patients: 0 })
  connection = await connectToClinic(local)
})
afterAll(async () => {
  await disconnect(connection)
  await local.close()
})

test('a row of a bulk insert may hold what looks like SQL', async () => {
  await execute(connection, 'create table "VALUES (" ("A VALUES (" varchar, b varchar)')
  const binds = Array.from({ length: 1200 }, (_, index) => [`') VALUES (${index}`, "'; drop table x; --"])
  const { statement } = await execute(connection, 'insert into "VALUES (" values (?, ?)', { binds })
  expect(statement.getNumUpdatedRows()).toBe(1200)
  expect(await rowsOf(connection, 'select min(b), max(b), count(*) from "VALUES ("')).toEqual([
    ["'; drop table x; --", "'; drop table x; --", 1200],
  ])
})

test('a bulk insert may compute, name its columns and leave some to their defaults', async () => {
  await execute(
    connection,
    "create table computed (a varchar, b number, c varchar default 'unset', v variant)",
  )
  const binds = Array.from({ length: 600 }, (_, index) => [`x${index}`, index])
  await execute(connection, 'insert into computed (a, b) values (upper(?), ? + 1)', { binds })
  expect(await rowsOf(connection, 'select max(b), min(a), max(c), count(*) from computed')).toEqual([
    [600, 'X0', 'unset', 600],
  ])
  await execute(connection, 'insert into computed (b, v) select ?, parse_json(?)', {
    binds: [
      [1000, '{"n":1}'],
      [1001, '{"n":2}'],
    ],
  })
  expect(await rowsOf(connection, 'select sum(v:n::number) from computed')).toEqual([[3]])
})
