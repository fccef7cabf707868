import { once } from 'node:events'
import type { Readable } from 'node:stream'
import { identifyingPattern } from '@snowfence/local'
import type { GovernedConnection, GovernedError, GovernedStatement } from 'snowfence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'

let clinic: ClinicStack
let connection: GovernedConnection

beforeAll(async () => {
  clinic = await startClinicStack()
  connection = await clinic.connect()
})
afterAll(async () => await clinic.close())

interface Completed {
  readonly error: GovernedError | null | undefined
  readonly statement: GovernedStatement
  readonly rows: unknown[] | undefined
}

const execute = async (options: Parameters<GovernedConnection['execute']>[0], on = connection) =>
  await new Promise<Completed & { returned: GovernedStatement }>((resolve) => {
    const returned = on.execute({
      ...options,
      complete: (error, statement, rows) =>
        resolve({
          error: error as unknown as GovernedError,
          statement: statement as unknown as GovernedStatement,
          rows,
          returned,
        }),
    })
  })

const identifying = (value: unknown): string[] => JSON.stringify(value).match(identifyingPattern()) ?? []

test('a plain read comes back masked, with what the driver promises about its statement', async () => {
  const { error, statement, returned, rows } = await execute({
    sqlText: 'select PATIENT_ID, SSN, FIRST_NAME, ZIP from PATIENTS order by PATIENT_ID limit 3',
  })
  expect(error).toBeNull()
  expect(statement).toBe(returned)
  expect(rows).toHaveLength(3)
  expect(rows?.[0]).toMatchObject({ PATIENT_ID: 1, SSN: expect.stringMatching(/^\*+\d{4}$/) })
  expect(identifying(rows)).toEqual([])
  expect(statement.getStatus()).toBe('complete')
  expect(statement.getNumRows()).toBe(3)
  expect(statement.getNumUpdatedRows()).toBe(-1)
  expect(statement.getColumns()?.map((column) => column.getName())).toEqual([
    'PATIENT_ID',
    'SSN',
    'FIRST_NAME',
    'ZIP',
  ])
  expect(statement.getColumn('SSN').getIndex()).toBe(1)
  expect(statement.getQueryId()).toMatch(/^[0-9a-f-]{36}$/)
  expect(statement.getStatementId()).toBe(statement.getQueryId())
})

test.each([
  ['an alias', 'select SSN as HARMLESS from PATIENTS limit 2'],
  ['an expression', "select SUBSTR(SSN, 1, 5) || '-' as PART from PATIENTS limit 2"],
  ['a CTE', 'with X as (select SSN as A from PATIENTS) select A as B from X limit 2'],
  ['a union', 'select CITY from PATIENTS union all select SSN from PATIENTS limit 2'],
  ['a star', 'select * from PATIENTS limit 2'],
  ['a subquery', 'select (select MAX(SSN) from PATIENTS) as TOP'],
  ['repeated names', 'select SSN as A, SEX as A from PATIENTS limit 2'],
])('a classified value does not come through %s', async (_what, sqlText) => {
  for (const rowMode of ['object', 'array', 'object_with_renamed_duplicated_columns'] as const) {
    const { error, rows } = await execute({ sqlText, rowMode })
    expect(error?.reason ?? null).toBeNull()
    expect(rows?.length).toBeGreaterThan(0)
    const seen = rows?.map((row) => [row, Object.values(row as object), Object.getPrototypeOf(row)])
    expect(identifying(seen)).toEqual([])
  }
})

test('a name that reaches for the prototype is an own member, or refused', async () => {
  for (const rowMode of ['object', 'array'] as const) {
    const { error, rows } = await execute({
      sqlText: 'select SSN as "__proto__" from PATIENTS limit 2',
      rowMode,
    })
    if (!error)
      expect(
        rows?.map(
          (row) => Object.getPrototypeOf(row) === Object.getPrototypeOf(rowMode === 'array' ? [] : {}),
        ),
      ).toEqual([true, true])
    expect(identifying([error, rows, rows?.map((row) => Object.getPrototypeOf(row))])).toEqual([])
  }
})

test.each(['object', 'array', 'object_with_renamed_duplicated_columns'] as const)(
  'rows in mode %s have the form that the driver gives them',
  async (rowMode) => {
    const sqlText = 'select SEX as A, STATE as A, PATIENT_ID as B from PATIENTS order by PATIENT_ID limit 2'
    const driver = await clinic.administrator()
    const expected = await new Promise<unknown>((resolve, reject) =>
      driver.execute({
        sqlText,
        rowMode,
        complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows)),
      }),
    )
    expect((await execute({ sqlText, rowMode })).rows).toEqual(expected)
  },
)

test('values of unclassified columns are those of the driver, with its methods', async () => {
  const sqlText = 'select COST, ENCOUNTER_ID from ENCOUNTERS order by ENCOUNTER_ID limit 5'
  const driver = await clinic.administrator()
  const expected = await new Promise<unknown>((resolve, reject) =>
    driver.execute({
      sqlText,
      complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows)),
    }),
  )
  expect((await execute({ sqlText })).rows).toEqual(expected)
})

test('a stream may be asked for before the statement has completed, and ends after its record', async () => {
  const statement = connection.execute({
    sqlText: 'select PATIENT_ID, SSN from PATIENTS order by PATIENT_ID limit 2000',
    streamResult: true,
  })
  expect(statement.getStatus()).toBe('fetching')
  expect(statement.getColumns()).toBeUndefined()
  expect(statement.getNumRows()).toBeUndefined()
  expect(statement.getRequestId()).toMatch(/^[0-9a-f-]{36}$/)
  const rows = await statement.streamRows().toArray()
  expect(rows).toHaveLength(2000)
  expect(identifying(rows)).toEqual([])
})

test('streamResult answers without rows, and its ranges can be read again', async () => {
  const { error, statement, rows } = await execute({
    sqlText: 'select PATIENT_ID from PATIENTS order by PATIENT_ID limit 100',
    streamResult: true,
  })
  expect([error, rows]).toEqual([null, undefined])
  const range = await (statement.streamRows({ start: 35, end: 36 }) as Readable).toArray()
  expect(range).toEqual([{ PATIENT_ID: 36 }, { PATIENT_ID: 37 }])
  expect(await (statement.streamRows() as Readable).toArray()).toHaveLength(100)
})

test('fetchRows gives rows by column, masked, in the methods and in the raw values', async () => {
  const { statement } = await execute({
    sqlText: 'select PATIENT_ID, SSN from PATIENTS limit 3',
    streamResult: true,
  })
  const seen: unknown[] = []
  await new Promise<void>((resolve, reject) => {
    statement.fetchRows({
      each: (row: { getColumnValue(name: string): unknown; values: unknown }) => {
        seen.push([row.getColumnValue('SSN'), row.values])
      },
      end: (error: unknown) => (error ? reject(error) : resolve()),
    })
  })
  expect(seen).toHaveLength(3)
  expect(identifying(seen)).toEqual([])
})

test('binds reach the warehouse as the driver sends them', async () => {
  const { rows } = await execute({
    sqlText: 'select PATIENT_ID from PATIENTS where PATIENT_ID = ? or PATIENT_ID = ? order by PATIENT_ID',
    binds: [5, '7'],
  })
  expect(rows).toEqual([{ PATIENT_ID: 5 }, { PATIENT_ID: 7 }])
})

test('a denial has the shape of an error of the driver, and says which rule, why, and what would pass', async () => {
  const { error, rows, statement } = await execute({
    sqlText: "select PATIENT_ID from PATIENTS where SSN = '900-00-0001'",
  })
  expect(rows).toBeUndefined()
  expect(statement.getStatus()).toBe('complete')
  expect(error).toMatchObject({
    name: 'OperationFailedError',
    code: '003001',
    sqlState: '42501',
    snowfenceCode: 'ERR_STATEMENT_DENIED',
    rule: 'agents-read-clinic',
  })
  expect(error?.wouldPass).toContainEqual(expect.objectContaining({ kind: 'drop-use', leadsTo: 'allow' }))
  expect(error?.hint).not.toBe('')
  expect(error?.traceId).toMatch(/^[0-9a-f]{32}$/)
  expect(error?.externalize()).toBe(error)
  expect(JSON.stringify(error)).not.toContain('900-00-0001')
})

test('a denial also reaches the stream of its statement', async () => {
  const stream = connection
    .execute({ sqlText: 'copy into @leak from PATIENTS', streamResult: true })
    .streamRows()
  stream.resume()
  const [error] = await once(stream, 'error')
  expect(error).toMatchObject({ sqlState: '42501', snowfenceCode: 'ERR_STATEMENT_DENIED' })
})

test('what the warehouse says about a value is not passed on', async () => {
  const { error } = await execute({
    sqlText: 'select 1 / (PATIENT_ID - PATIENT_ID) as X from PATIENTS limit 1',
  })
  expect(error).toMatchObject({ snowfenceCode: 'ERR_WAREHOUSE_FAILED', sqlState: expect.any(String) })
})

test('every query carries its trace and span, its session, its agent, and a head of the trail', async () => {
  await execute({ sqlText: 'select 41 as BEFORE' })
  const { statement } = await execute({ sqlText: 'select 42 as TAGGED' })
  const record = clinic.stack.warehouse
    .queryHistory()
    .find(({ queryId }) => queryId === statement.getQueryId())
  expect(JSON.parse(record?.queryTag ?? '{}')).toMatchObject({
    snowfence: 1,
    after: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    trace: expect.stringMatching(/^[0-9a-f]{32}$/),
    span: expect.stringMatching(/^[0-9a-f]{16}$/),
    session: expect.any(String),
    agent: 'readmissions-bot',
  })
})

test('the tag of the option `queryTag` becomes part of the governed tag, and a statement’s own goes before it', async () => {
  const tagged = await clinic.connect({ queryTag: 'nightly' })
  const tagOf = async (parameters: Record<string, unknown>): Promise<unknown> => {
    const { queryId: id } = await tagged.query('select 43 as TAGGED', [], { parameters })
    return JSON.parse(
      clinic.stack.warehouse.queryHistory().find(({ queryId }) => queryId === id)?.queryTag ?? '{}',
    )
  }
  expect(await tagOf({})).toMatchObject({ snowfence: 1, tag: 'nightly' })
  expect(await tagOf({ query_tag: 'by hand' })).toMatchObject({ snowfence: 1, tag: 'by hand' })
  await new Promise((resolve) => tagged.destroy(resolve))
})

test('exactly one query reaches the warehouse for one statement, failed or not', async () => {
  const before = clinic.stack.warehouse.queryHistory().length
  await execute({ sqlText: 'select 1 / (PATIENT_ID - PATIENT_ID) as X from PATIENTS limit 1' })
  expect(clinic.stack.warehouse.queryHistory().length - before).toBe(1)
})

test('statements of one connection reach the warehouse in the order of their execute', async () => {
  const numbers = Array.from({ length: 20 }, (_, index) => index)
  await Promise.all(
    numbers.map(async (index) => await execute({ sqlText: `select ${index} as "ORDER-${index}"` })),
  )
  const seen = clinic.stack.warehouse
    .queryHistory()
    .map(({ queryText }) => /"ORDER-(\d+)"/.exec(queryText)?.[1])
    .filter((number) => number !== undefined)
    .map(Number)
  expect(seen).toEqual(numbers)
})

test('cancel stops a statement that is on its way', async () => {
  const outcome = new Promise<GovernedError>((resolve) => {
    const statement = connection.execute({
      sqlText: 'select 1',
      complete: (error) => resolve(error as unknown as GovernedError),
    })
    statement.cancel()
  })
  expect(await outcome).toMatchObject({ code: '000604', sqlState: '57014' })
})

test('a signal ends a query', async () => {
  await expect(connection.query('select 1', [], { signal: AbortSignal.abort() })).rejects.toMatchObject({
    snowfenceCode: 'ERR_STATEMENT_CANCELLED',
  })
})

test('the promise forms give columns with their masks, rows, decision and trace', async () => {
  const { columns, rows, decision, traceId } = await connection.query('select SSN from PATIENTS limit 1')
  expect(columns).toEqual([{ name: 'SSN', type: 'text', mask: expect.objectContaining({ kind: 'partial' }) }])
  expect(rows).toHaveLength(1)
  expect(decision).toMatchObject({ decision: 'allow', rules: ['agents-read-clinic'] })
  expect(traceId).toMatch(/^[0-9a-f]{32}$/)
  const streamed: unknown[] = []
  for await (const row of connection.stream('select PATIENT_ID from PATIENTS limit 10')) streamed.push(row)
  expect(streamed).toHaveLength(10)
})

test('an outcome tells an agent what would pass', async () => {
  expect(await connection.attempt('select PATIENT_ID from PATIENTS order by SSN')).toMatchObject({
    kind: 'denied',
    code: 'ERR_STATEMENT_DENIED',
    rule: 'agents-read-clinic',
    wouldPass: expect.arrayContaining([expect.objectContaining({ leadsTo: 'allow' })]),
  })
  expect(await connection.attempt('select 1 as ONE')).toMatchObject({ kind: 'completed', rows: [{ ONE: 1 }] })
})

test('more rows than the policy allows are an error that says so, never a shorter result', async () => {
  const known = await connection.attempt('select PATIENT_ID from PATIENTS limit 20000')
  expect(known).toMatchObject({ kind: 'denied', code: 'ERR_ROW_LIMIT_EXCEEDED' })
  const unknown = await connection.attempt(
    'select A.PATIENT_ID from PATIENTS A cross join (select PATIENT_ID from PATIENTS limit 10) B',
  )
  expect(unknown).toMatchObject({ kind: 'denied', code: 'ERR_ROW_LIMIT_EXCEEDED' })
})

test('the connection has the states and errors of the driver', async () => {
  const fresh = clinic.connection()
  expect(fresh.isUp()).toBe(false)
  expect((await execute({ sqlText: 'select 1' }, fresh)).error).toMatchObject({
    code: 407001,
    sqlState: '08003',
  })
  const destroyed = async () =>
    await new Promise<unknown>((resolve) => fresh.destroy((error) => resolve(error)))
  expect(await destroyed()).toMatchObject({ code: 406501 })
  const connected = new Promise((resolve, reject) =>
    fresh.connect((error, same) => (error ? reject(error) : resolve(same))),
  )
  const queued = execute({ sqlText: 'select 1 as QUEUED' }, fresh)
  expect(await connected).toBe(fresh)
  expect((await queued).rows).toEqual([{ QUEUED: 1 }])
  expect(fresh.isUp()).toBe(true)
  expect(await fresh.isValidAsync()).toBe(true)
  await expect(fresh.connectAsync()).rejects.toMatchObject({ code: 405502, sqlState: '08002' })
  expect(await destroyed()).toBeUndefined()
  expect(fresh.isUp()).toBe(false)
  expect((await execute({ sqlText: 'select 1' }, fresh)).error).toMatchObject({ code: 407002, isFatal: true })
  expect(await destroyed()).toMatchObject({ code: 406502 })
  await expect(fresh.connectAsync()).rejects.toMatchObject({ code: 405503 })
})

test('the lease names the role, and the warehouse knows no other credential of the agent', async () => {
  const { statement } = await execute({ sqlText: 'select 1 as WHO' })
  const record = clinic.stack.warehouse
    .queryHistory()
    .find(({ queryId }) => queryId === statement.getQueryId())
  expect(record).toMatchObject({ roleName: 'CLINIC_READER', authentication: 'OAUTH_ACCESS_TOKEN' })
})

test('an asynchronous statement is fetched by the id that it gave, masked', async () => {
  const { rows } = await execute({ sqlText: 'select SSN from PATIENTS limit 2', asyncExec: true })
  const { queryId } = rows as unknown as { queryId: string }
  expect(await connection.getQueryStatus(queryId)).toMatch(/RUNNING|SUCCESS/)
  const statement = await connection.getResultsFromQueryId({ queryId })
  const fetched = await (statement.streamRows() as Readable).toArray()
  expect(fetched).toHaveLength(2)
  expect(identifying(fetched)).toEqual([])
})
