import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Connection, QueryStatus } from 'snowflake-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createLocalSnowflake, type LocalSnowflake } from '../index.ts'
import { connect, disconnect, type Executed, execute, failureOf, rowsOf } from '../testing/driver.ts'

let local: LocalSnowflake
let connection: Connection

const logIn = () =>
  connect({
    account: local.account,
    accessUrl: local.url,
    username: local.administrator.username,
    password: local.administrator.password,
  })

beforeAll(async () => {
  local = await createLocalSnowflake({
    patients: 300,
    chunkRows: 100,
    inProgressAfterMs: 60,
    pollHoldMs: 100,
  })
  connection = await logIn()
})
afterAll(async () => {
  await disconnect(connection)
  await local.close()
})

const runs = (part: string) => local.queryHistory().filter(({ queryText }) => queryText.includes(part))

interface Running {
  readonly statement: ReturnType<Connection['execute']>
  readonly done: Promise<Executed>
}

const start = (sqlText: string, more: object = {}): Running => {
  let statement: Running['statement'] | undefined
  const done = new Promise<Executed>((resolve, reject) => {
    statement = connection.execute({
      sqlText,
      ...more,
      complete: (error, finished, rows) =>
        error ? reject(error) : resolve({ statement: finished as Executed['statement'], rows: rows ?? [] }),
    })
  })
  return { statement: statement as Running['statement'], done }
}

const cancel = (statement: Running['statement']) =>
  new Promise<void>((resolve, reject) => {
    statement.cancel((error) => (error ? reject(error) : resolve()))
  })

describe('results', () => {
  test('come in chunks when they are large, in order and complete', async () => {
    const { rows } = await execute(connection, 'select encounter_id from encounters order by encounter_id')
    expect(rows.length).toBeGreaterThan(500)
    expect(rows.map((row) => row.ENCOUNTER_ID)).toEqual(rows.map((_, index) => index + 1))
  })

  test('have chunks that only the key of their answer opens', async () => {
    const { statement } = await execute(connection, 'select encounter_id from encounters')
    const answer = await fetch(`${local.url}/chunks/${statement.getQueryId()}/0?key=wrong`)
    expect(answer.status).toBe(404)
    expect(await answer.text()).toBe('')
  })

  test('can be fetched again by query id, and only by their own user', async () => {
    const { statement } = await execute(connection, "select 'again' as word")
    const rows = await new Promise((resolve, reject) => {
      connection.fetchResult({
        queryId: statement.getQueryId(),
        complete: (error, _, found) => (error ? reject(error) : resolve(found)),
      })
    })
    expect(rows).toEqual([{ WORD: 'again' }])
    await execute(connection, "create user other password = 'pw'")
    const other = await connect({
      account: local.account,
      accessUrl: local.url,
      username: 'other',
      password: 'pw',
    })
    const foreign = new Promise((resolve, reject) => {
      other.fetchResult({
        queryId: statement.getQueryId(),
        complete: (error, _, found) => (error ? reject(error) : resolve(found)),
      })
    })
    expect(await failureOf(foreign)).toMatchObject({ code: '000707' })
    await disconnect(other)
  })

  test('describe columns without running anything', async () => {
    const { statement, rows } = await execute(
      connection,
      'select patient_id, birth_date, count(*) from patients group by all',
      {
        describeOnly: true,
      },
    )
    expect(rows).toEqual([])
    expect(statement.getColumns()?.map((column) => [column.getName(), column.getType()])).toEqual([
      ['PATIENT_ID', 'fixed'],
      ['BIRTH_DATE', 'date'],
      ['COUNT(*)', 'fixed'],
    ])
  })
})

describe('a request id', () => {
  test('that was used already gives the same result and runs nothing again', async () => {
    await execute(connection, 'create or replace table counted (n number)')
    const requestId = randomUUID()
    const first = await execute(connection, 'insert into counted values (1)', { requestId })
    const second = await execute(connection, 'insert into counted values (1)', { requestId })
    expect(second.statement.getQueryId()).toBe(first.statement.getQueryId())
    expect(await rowsOf(connection, 'select count(*) from counted')).toEqual([[1]])
  })

  test('of another session is another statement', async () => {
    const other = await logIn()
    const requestId = randomUUID()
    const first = await execute(connection, 'select 1 as n', { requestId })
    const second = await execute(other, 'select 2 as n', { requestId })
    expect([first.rows, second.rows]).toEqual([[{ N: 1 }], [{ N: 2 }]])
    await disconnect(other)
  })
})

describe('a long statement', () => {
  test('is answered as in progress and polled to its end', async () => {
    const { rows } = await execute(connection, 'select system$wait(400, MILLISECONDS)')
    expect(rows).toHaveLength(1)
  })

  test('can be cancelled by its request id before its query id is known', async () => {
    const { statement, done } = start('select system$wait(30)')
    const failure = failureOf(done)
    await delay(20)
    await cancel(statement)
    expect(await failure).toMatchObject({ code: '000604', sqlState: '57014' })
  })

  test('can be cancelled by its query id', async () => {
    const { statement, done } = start('call system$wait(30)')
    const failure = failureOf(done)
    while (!statement.getQueryId()) await delay(10)
    await cancel(statement)
    expect(await failure).toMatchObject({ code: '000604', sqlState: '57014' })
  })

  test('is interrupted inside the engine', async () => {
    const { statement, done } = start(
      'select count(*) from encounters a, encounters b, encounters c, encounters d where a.cost + b.cost + c.cost > d.cost',
    )
    const failure = failureOf(done)
    await delay(150)
    await cancel(statement)
    expect(await failure).toMatchObject({ code: '000604', sqlState: '57014' })
    expect(await rowsOf(connection, 'select 1')).toEqual([[1]])
  })

  test('does not hold up other statements of its session', async () => {
    const { statement, done } = start('select system$wait(30)')
    const failure = failureOf(done)
    expect(await rowsOf(connection, 'select 2')).toEqual([[2]])
    await cancel(statement)
    await failure
  })

  test('ends at its timeout', async () => {
    const parameters = { STATEMENT_TIMEOUT_IN_SECONDS: 1 }
    const failure = await failureOf(execute(connection, 'select system$wait(30)', { parameters }))
    expect(failure).toMatchObject({ code: '000630', sqlState: '57014' })
  })

  test('can run detached: its status and its result are asked for later', async () => {
    const { statement } = await start('select system$wait(200, MILLISECONDS)', { asyncExec: true }).done
    const queryId = statement.getQueryId()
    const status = await connection.getQueryStatus(queryId)
    expect(connection.isStillRunning(status as QueryStatus)).toBe(true)
    const finished = await connection.getResultsFromQueryId({ queryId })
    expect(finished.getQueryId()).toBe(queryId)
    expect(await connection.getQueryStatus(queryId)).toBe('SUCCESS')
  })
})

describe('several statements in one request', () => {
  test('need the parameter, and each has its own result', async () => {
    expect(await failureOf(execute(connection, 'select 1; select 2'))).toMatchObject({ code: '000008' })
    const seen: unknown[] = []
    await new Promise<void>((resolve, reject) => {
      connection.execute({
        sqlText: "select 1 as a; select ';' as b",
        parameters: { MULTI_STATEMENT_COUNT: 2 },
        complete: (error, statement, rows) => {
          if (error) return reject(error)
          seen.push(rows)
          const next = statement as unknown as { hasNext(): boolean; NextResult(): void }
          if (next.hasNext()) next.NextResult()
          else resolve()
        },
      })
    })
    expect(seen).toEqual([[{ A: 1 }], [{ B: ';' }]])
  })

  test('end at the first that fails', async () => {
    await execute(connection, 'create or replace table parts (n number)')
    const parameters = { MULTI_STATEMENT_COUNT: 0 }
    const sqlText = 'insert into parts values (1); select * from missing; insert into parts values (2)'
    expect(await failureOf(execute(connection, sqlText, { parameters }))).toMatchObject({ code: '002003' })
    expect(await rowsOf(connection, 'select n from parts')).toEqual([[1]])
  })
})

describe('binds', () => {
  test('of every type reach the statement as values', async () => {
    const text = `it's "quoted" \\ ; -- ? :1 '); drop table patients; --`
    const binds = [text, 12, 1.5, true, null as unknown as string]
    expect(await rowsOf(connection, 'select ?, ?, ?, ?, ?', binds)).toEqual([[text, 12, 1.5, true, null]])
  })

  test('are found by number too', async () => {
    expect(await rowsOf(connection, 'select :2, :1, :2', ['a', 'b'])).toEqual(
      [['b', 'a', 'b']].map((row) => row),
    )
  })

  test('inside texts and comments are none', async () => {
    expect(await rowsOf(connection, "select '?' /* ? */, ? -- ?", ['x'])).toEqual([['?', 'x']])
  })

  test('that are missing are an error', async () => {
    expect(await failureOf(execute(connection, 'select ?, ?', { binds: [1] }))).toMatchObject({
      code: '002049',
    })
  })

  test('in rows insert all rows or none', async () => {
    await execute(connection, 'create or replace table bulk (n number not null, word varchar)')
    const binds = Array.from({ length: 250 }, (_, index) => [index, `word ${index}`])
    const { statement } = await execute(connection, 'insert into bulk values (?, ?)', { binds })
    expect(statement.getNumUpdatedRows()).toBe(250)
    const failing = execute(connection, 'insert into bulk values (?, ?)', {
      binds: [
        [1, 'a'],
        [null as unknown as number, 'b'],
      ],
    })
    expect(await failureOf(failing)).toMatchObject({ code: '100072' })
    expect(await rowsOf(connection, 'select count(*), max(word) from bulk')).toEqual([[250, 'word 99']])
  })
})

describe('a session', () => {
  test('has its own transaction', async () => {
    const other = await logIn()
    await execute(connection, 'create or replace table ledger (n number)')
    await execute(other, 'begin')
    await execute(other, 'insert into ledger values (1)')
    expect(await rowsOf(other, 'select count(*) from ledger')).toEqual([[1]])
    expect(await rowsOf(connection, 'select count(*) from ledger')).toEqual([[0]])
    await execute(other, 'commit')
    expect(await rowsOf(connection, 'select count(*) from ledger')).toEqual([[1]])
    await execute(other, 'begin')
    await execute(other, 'insert into ledger values (2)')
    await disconnect(other)
    expect(await rowsOf(connection, 'select count(*) from ledger')).toEqual([[1]])
  })

  test('keeps its parameters, variables and place', async () => {
    const other = await logIn()
    await execute(other, "alter session set query_tag = 'tagged', timezone = 'America/New_York'")
    await execute(other, "set word = 'it''s'")
    expect(await rowsOf(other, 'select $word')).toEqual([["it's"]])
    expect(runs('select $word').at(-1)).toMatchObject({
      queryTag: 'tagged',
      userName: 'ADMIN',
      status: 'SUCCESS',
    })
    await execute(other, 'use schema information_schema')
    expect(await rowsOf(other, 'select current_schema()')).toEqual([['INFORMATION_SCHEMA']])
    expect(await failureOf(execute(other, 'use database missing'))).toMatchObject({
      code: '002043',
      sqlState: '02000',
    })
    expect(await failureOf(execute(connection, 'select $word'))).toMatchObject({ code: '002211' })
    await disconnect(other)
  })

  test('sees its temporary tables alone, and they end with it', async () => {
    const other = await logIn()
    await execute(other, 'create temporary table mine as select 1 as n')
    expect(await rowsOf(other, 'select n from mine')).toEqual([[1]])
    expect(await failureOf(execute(connection, 'select n from mine'))).toMatchObject({ code: '002003' })
    await disconnect(other)
  })

  test('answers a heartbeat until it is closed', async () => {
    const other = await logIn()
    expect(await other.isValidAsync()).toBe(true)
    await disconnect(other)
    expect(other.isUp()).toBe(false)
  })
})

test('a statement tag given with the statement wins over the session', async () => {
  await execute(connection, "select 'with a tag'", { parameters: { QUERY_TAG: 'sha256:abc' } })
  expect(runs("select 'with a tag'").at(-1)?.queryTag).toBe('sha256:abc')
  const found = await rowsOf(
    connection,
    "select query_tag, role_name, rows_produced from snowflake.account_usage.query_history where query_tag = 'sha256:abc'",
  )
  expect(found).toEqual([['sha256:abc', 'ACCOUNTADMIN', 1]])
})
