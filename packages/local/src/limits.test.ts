import type { Connection } from 'snowflake-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from './index.ts'
import { connectToClinic, disconnect, execute, failureOf, rowsOf } from './testing/driver.ts'

let local: LocalSnowflake
let connection: Connection

beforeAll(async () => {
  local = await createLocalSnowflake({
    patients: 500,
    engineMegabytes: 256,
    resultMegabytes: 2,
    statementSeconds: 20,
  })
  connection = await connectToClinic(local)
})
afterAll(async () => {
  await disconnect(connection)
  await local.close()
})

const stillAnswers = async () => {
  expect(await rowsOf(connection, 'select count(*) from patients')).toEqual([[500]])
}
const failure = (sql: string, on = connection) => failureOf(execute(on, sql))

test('a cross join of two sample tables fails, and what comes next runs', async () => {
  expect(await failure('select * from patients a, encounters b')).toMatchObject({
    sqlState: expect.stringMatching(/^(?:54000|53200)$/),
  })
  await stillAnswers()
})

test('a result beyond its limit is told with the limit', async () => {
  const { code, sqlState, message } = await failure(
    'select * from patients a, (select 1 from patients limit 200) b',
  )
  expect({ code, sqlState }).toEqual({ code: '300011', sqlState: '54000' })
  expect(message).toContain('2 MB')
  await stillAnswers()
})

test('a statement that needs more memory than the engine has fails', async () => {
  const { sqlState } = await failure(
    "select listagg(a.last_name || b.last_name || c.zip, ',') from patients a, patients b, patients c",
  )
  expect(['53200', '57014']).toContain(sqlState)
  await stillAnswers()
}, 60_000)

test('a statement ends at the limit of the server, whatever its session allows', async () => {
  const slow = await createLocalSnowflake({ patients: 100, statementSeconds: 1 })
  const other = await connectToClinic(slow)
  try {
    expect(
      await failure('select count(*) from patients a, patients b, patients c, patients d, patients e', other),
    ).toMatchObject({ code: '000630', sqlState: '57014' })
  } finally {
    await disconnect(other)
    await slow.close()
  }
}, 60_000)

test('large results are let go when newer ones need their room', async () => {
  const sql = 'select * from patients a, (select 1 from patients limit 3) b'
  for (let round = 0; round < 8; round += 1) expect(await rowsOf(connection, sql)).toHaveLength(1_500)
  await stillAnswers()
})
