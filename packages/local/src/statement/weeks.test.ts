import type { Connection } from 'snowflake-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from '../index.ts'
import { connect, disconnect, execute, rowsOf } from '../testing/driver.ts'

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

// Snowflake, "Calendar weeks and weekdays": the days of a week, and a week of 2017 that begins in 2016.
test.each([
  // WEEK_START, DAYOFWEEK of Sunday and of Monday, the week's first day, its number and year, weeks crossed from Saturday
  [0, 0, 1, '2016-12-26', 52, 2016, 0],
  [1, 7, 1, '2016-12-26', 52, 2016, 0],
  [3, 5, 6, '2016-12-28', 53, 2016, 0],
  [7, 1, 2, '2017-01-01', 1, 2017, 1],
])('WEEK_START %i', async (start, sunday, monday, first, week, year, crossed) => {
  await execute(connection, `alter session set week_start = ${start}`)
  const [row] = await rowsOf(
    connection,
    `select dayofweek('2017-01-01'::date), dayofweek('2017-01-02'::date), date_trunc('week', '2017-01-01'::date)::varchar,
       week('2017-01-01'::date), yearofweek('2017-01-01'::date), datediff('week', '2016-12-31'::date, '2017-01-01'::date),
       date_part(week, '2017-01-01'::date)`,
  )
  expect(row).toEqual([sunday, monday, first, week, year, crossed, week])
})

test('weeks of a timestamp begin at midnight', async () => {
  await execute(connection, 'alter session set week_start = 7')
  const rows = await rowsOf(
    connection,
    "select date_trunc('week', '2017-01-03 10:00:00'::timestamp)::varchar, week(dateadd('week', 1, '2017-01-03 23:59:59'::timestamp))",
  )
  expect(rows).toEqual([['2017-01-01 00:00:00.000', 2]])
})
