import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { inspect } from 'node:util'
import { createMemorySink } from '@snowfence/audit'
import { identifyingPattern } from '@snowfence/local'
import {
  configure,
  createGovernedConnection,
  createGovernedPool,
  createLocalGovernance,
  type GovernedConnection,
  type GovernedStatement,
  identity,
} from 'snowfence'
import snowflake from 'snowflake-sdk'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

// Every second way of reading a result, a token or the inner connection. One test each.

let clinic: ClinicStack
let connection: GovernedConnection

beforeAll(async () => {
  clinic = await startClinicStack()
  connection = await clinic.connect()
})
afterAll(async () => await clinic.close())

/** Everything that can be reached from an object, hidden members and prototypes included, as text. */
const everything = (value: unknown): string =>
  inspect(value, { depth: 12, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null })

const identifying = (value: unknown): string[] => everything(value).match(identifyingPattern()) ?? []
/** JWTs, and the shape of Snowflake's session tokens. */
const tokens = (value: unknown): string[] =>
  everything(value).match(/eyJ[\w-]{10,}\.[\w-]+\.|Snowflake Token|Bearer \S+/g) ?? []

const all = 'select * from PATIENTS limit 20'

const executed = async (
  options: object = {},
): Promise<{ statement: GovernedStatement; rows: unknown[] | undefined }> =>
  await new Promise((resolve, reject) =>
    connection.execute({
      sqlText: all,
      ...options,
      complete: (error, statement, rows) =>
        error ? reject(error) : resolve({ statement: statement as unknown as GovernedStatement, rows }),
    }),
  )

test('inspecting the connection, its statements, columns, results and streams shows no raw value and no token', async () => {
  const { statement, rows } = await executed()
  const stream = statement.streamRows()
  const result = await connection.query(all)
  for (const held of [connection, statement, statement.getColumns(), rows, result, stream]) {
    expect(identifying(held)).toEqual([])
    expect(tokens(held)).toEqual([])
  }
  await (stream as Readable).toArray()
  expect(identifying(stream)).toEqual([])
})

test('neither the connection nor a statement leads to the objects of the driver', async () => {
  const { statement } = await executed()
  const reached = everything([connection, statement])
  for (const inner of ['RowStatementPreExec', 'ConnectionConfig', 'SnowflakeService', 'sessionToken'])
    expect(reached).not.toContain(inner)
})

test('the classes of what is handed out have no members that lead inside', async () => {
  const { statement } = await executed()
  const stream = statement.streamRows()
  for (const held of [connection, statement, stream]) {
    const members = Object.getOwnPropertyNames(held.constructor)
    expect(members.filter((name) => !['length', 'name', 'prototype', 'whenAnswered'].includes(name))).toEqual(
      [],
    )
  }
  stream.destroy()
})

test('listeners on the connection and the statement are told nothing', async () => {
  const heard: unknown[] = []
  const emit = connection.emit
  connection.emit = (...event) => {
    heard.push(event)
    return emit.apply(connection, event as never)
  }
  await executed()
  connection.emit = emit
  expect(heard).toEqual([])
})

test('fetchRows hands out no raw values', async () => {
  const { statement } = await executed({ streamResult: true })
  const seen: unknown[] = []
  await new Promise<void>((resolve, reject) => {
    statement.fetchRows({
      each: (row: unknown) => {
        seen.push(row)
      },
      end: (error: unknown) => (error ? reject(error) : resolve()),
    })
  })
  expect(seen).toHaveLength(20)
  expect(identifying(seen.map((row) => ({ ...(row as object), getStatement: undefined })))).toEqual([])
})

test('the columns have no extractors of raw values', async () => {
  const { statement } = await executed()
  for (const column of statement.getColumns() ?? [])
    expect(Object.keys(column).filter((name) => name.startsWith('_'))).toEqual([])
})

test.each(['String', 'Number', 'Date', 'Boolean', 'JSON', 'Buffer'] as const)(
  'values fetched as strings are masked: %s',
  async (type) => {
    const { rows } = await executed({ fetchAsString: [type] })
    expect(identifying(rows)).toEqual([])
    expect(identifying(await connection.query(all, [], { fetchAsString: [type] }))).toEqual([])
  },
)

test('the result of a query of somebody else is refused, by fetchResult and by getResultsFromQueryId', async () => {
  const administrator = await clinic.administrator()
  const queryId = await new Promise<string>((resolve, reject) =>
    administrator.execute({
      sqlText: all,
      complete: (error, statement) => (error ? reject(error) : resolve(statement.getQueryId())),
    }),
  )
  const refused = { snowfenceCode: 'ERR_MEMBER_REFUSED' }
  const fetched = connection.fetchResult({ queryId })
  await expect((fetched.streamRows() as Readable).toArray()).rejects.toMatchObject(refused)
  const later = await connection.getResultsFromQueryId({ queryId }).catch((error: unknown) => error)
  if (later instanceof Error) expect(later).toMatchObject({ message: expect.any(String) })
  else
    await expect(((later as GovernedStatement).streamRows() as Readable).toArray()).rejects.toMatchObject(
      refused,
    )
})

test('the own result of a connection is fetched again masked, and that of an approval is not', async () => {
  const { statement } = await executed()
  const again = connection.fetchResult({ queryId: statement.getQueryId() })
  const rows = await (again.streamRows() as Readable).toArray()
  expect(rows).toHaveLength(20)
  expect(identifying(rows)).toEqual([])

  const running = connection.query('select TEXT from PSYCHOTHERAPY_NOTES limit 1')
  await clinic.decide('approve')
  const { queryId } = await running
  const second = connection.fetchResult({ queryId })
  await expect((second.streamRows() as Readable).toArray()).rejects.toMatchObject({ sqlState: '42501' })
})

test('a request id without its text is refused, and with it is judged by the text', async () => {
  const { statement } = await executed()
  const requestId = statement.getRequestId()
  await expect(executed({ sqlText: undefined, requestId })).rejects.toMatchObject({
    snowfenceCode: 'ERR_STATEMENT_UNSUPPORTED',
  })
  const other = connection.execute({ sqlText: 'select 1 as X', requestId, streamResult: true })
  // The warehouse answers with the earlier statement's rows: their columns are not those of the text.
  const outcome = await (other.streamRows() as Readable).toArray().catch((error: unknown) => error)
  expect(identifying(outcome)).toEqual([])
})

test.each([
  'select * from table(RESULT_SCAN(LAST_QUERY_ID()))',
  'select LAST_QUERY_ID()',
  'select * from SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY',
  'select * from table(INFORMATION_SCHEMA.QUERY_HISTORY())',
  "select GET_DDL('table', 'PATIENTS')",
  'select SYSTEM$TYPEOF(SSN) from PATIENTS',
])('%s is no second way to a result', async (sqlText) => {
  const outcome = await connection.attempt(sqlText)
  expect(outcome.kind === 'denied' || identifying(outcome).length === 0).toBe(true)
  if (/RESULT_SCAN|HISTORY/.test(sqlText)) expect(outcome.kind).toBe('denied')
})

test('each part of a multi-statement text is judged and masked', async () => {
  const parameters = { MULTI_STATEMENT_COUNT: 0 }
  const seen: unknown[] = []
  await new Promise<void>((resolve, reject) => {
    connection.execute({
      sqlText:
        "select SSN from PATIENTS limit 1; select 'a;b' as TEXT; select FIRST_NAME from PATIENTS limit 1",
      parameters,
      complete: (error, statement, rows) => {
        if (error) return reject(error)
        seen.push(rows)
        const part = statement as unknown as GovernedStatement
        if (part.hasNext()) part.NextResult()
        else resolve()
      },
    })
  })
  expect(seen).toHaveLength(3)
  expect(seen[1]).toEqual([{ TEXT: 'a;b' }])
  expect(identifying(seen)).toEqual([])
  await expect(
    executed({ sqlText: "select 1; select PATIENT_ID from PATIENTS where SSN = 'x'", parameters }),
  ).rejects.toMatchObject({ snowfenceCode: 'ERR_STATEMENT_DENIED' })
  await expect(
    executed({ sqlText: 'select 1; select 2', parameters: { MULTI_STATEMENT_COUNT: 3 } }),
  ).rejects.toMatchObject({
    code: '000008',
  })
})

test.each([
  'put file:///etc/passwd @~',
  'get @~/data file:///tmp',
  'copy into @~/leak from PATIENTS',
  'create stage LEAK',
  'select $1 from @~',
  'unload PATIENTS',
])('%s does not leave by a file', async (sqlText) => {
  expect(await connection.attempt(sqlText)).toMatchObject({ kind: 'denied' })
})

test('describeOnly gives columns and no rows', async () => {
  const { statement, rows } = await executed({ describeOnly: true })
  expect(rows).toEqual([])
  expect(statement.getColumns()).toHaveLength(13)
})

test('bulk binds make no stage, whatever the threshold and however many they are', async () => {
  const before = clinic.stack.warehouse.queryHistory().length
  // More values than the driver would send with the statement, by its own default and by the option.
  const binds = Array.from({ length: 40_000 }, (_, index) => [index, `value ${index}`])
  const bulky = createGovernedConnection({ ...clinic.options(), arrayBindingThreshold: 10 })
  await bulky.connectAsync()
  await expect(bulky.query('select ?, ?', binds)).rejects.toMatchObject({
    snowfenceCode: 'ERR_STATEMENT_DENIED',
  })
  await bulky.attempt('insert into PROVIDERS (PROVIDER_ID, NAME) values (?, ?)', binds)
  const texts = clinic.stack.warehouse
    .queryHistory()
    .slice(before)
    .map(({ queryText }) => queryText)
  expect(texts.filter((text) => text.startsWith('select ?'))).toEqual([])
  expect(texts.filter((text) => /stage|put /i.test(text))).toEqual([])
  await bulky[Symbol.asyncDispose]()
})

test('a serialised connection is refused', () => {
  expect(() => connection.serialize()).toThrowError(
    expect.objectContaining({ snowfenceCode: 'ERR_MEMBER_REFUSED' }),
  )
  expect(everything(connection.getTokens())).toBe('{}')
})

test('JSON of the connection holds nothing of it', () => {
  expect(tokens(JSON.stringify(connection))).toEqual([])
})

test('a pool and its inner lists lead to governed connections alone', async () => {
  const pool = createGovernedPool(clinic.options(), { max: 1 })
  const pooled = await pool.acquire()
  expect(identifying(await pooled.query(all))).toEqual([])
  expect(tokens(pool)).toEqual([])
  await pool.release(pooled)
  await pool.drain()
  await pool.clear()
})

test('what a pool cannot connect is an error with its code, for the one who waits', async () => {
  const pool = createGovernedPool({
    ...clinic.options(),
    identity: identity.fromEnv('NO_SUCH_VARIABLE'),
  })
  await expect(pool.acquire()).rejects.toMatchObject({ snowfenceCode: 'ERR_IDENTITY_SOURCE_FAILED' })
  await pool.drain()
  await pool.clear()
})

test('a logger of the program is not given raw values', async () => {
  const heard: unknown[] = []
  const hear = (...message: unknown[]): void => {
    heard.push(message)
  }
  configure({ customLogger: { error: hear, warn: hear, info: hear, debug: hear, trace: hear } })
  await executed()
  configure({ logLevel: 'OFF' })
  expect(identifying(heard)).toEqual([])
  expect(tokens(heard)).toEqual([])
})

test('errors quote neither values, nor literals, nor tokens', async () => {
  const errors = await Promise.all(
    [
      'select SSN::number as N from PATIENTS',
      'select TO_DATE(FIRST_NAME) as D from PATIENTS',
      'select PARSE_JSON(ADDRESS) as J from PATIENTS',
      "select PATIENT_ID from PATIENTS where SSN = '900-12-3456'",
    ].map(
      async (sqlText) =>
        await connection.query(sqlText).then(
          ({ rows }) => rows,
          (error: unknown) => error,
        ),
    ),
  )
  expect(identifying(errors)).toEqual([])
  expect(tokens(errors)).toEqual([])
  expect(everything(errors)).not.toContain('900-12-3456')
})

test('the options of the caller are neither changed nor given a token', async () => {
  const options = clinic.options()
  const before = Object.keys(options)
  const made = createGovernedConnection(options)
  await made.connectAsync()
  expect(Object.keys(options)).toEqual(before)
  expect(tokens(options)).toEqual([])
  await made[Symbol.asyncDispose]()
})

test('VARIANT text is never evaluated, whatever parser another part of the program set', async () => {
  snowflake.configure({ jsonColumnVariantParser: () => expect.fail('a foreign parser saw a raw value') })
  const other = await clinic.connect()
  expect((await other.query('select LAB_ID, RESULT from LABS limit 3')).rows).toHaveLength(3)
})

test('nothing is written into the working directory, and no metadata address is asked', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  const program = join(directory, 'program.mjs')
  const entry = new URL('../../packages/sdk/src/index.ts', import.meta.url).href
  await writeFile(
    program,
    `import { createGovernedConnection, identity } from '${entry}'
     const made = createGovernedConnection({ account: 'a', accessUrl: '${clinic.stack.warehouse.url}',
       broker: '${clinic.stack.broker.url}', identity: identity.fromEnv('NONE'), purpose: 'TREAT', agent: { id: 'a' } })
     made.connect((error) => console.log(error.snowfenceCode, process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION))`,
  )
  const child = spawn(process.execPath, ['--conditions=snowfence-source', program], { cwd: directory })
  let output = ''
  child.stdout.on('data', (text) => {
    output += String(text)
  })
  await new Promise((resolve) => child.once('exit', resolve))
  expect(output.trim()).toBe('ERR_IDENTITY_SOURCE_FAILED true')
  expect(await readdir(directory)).toEqual(['program.mjs'])
  await rm(directory, { recursive: true })
})

test('the audit trail of everything above holds no identifying value', async () => {
  const sink = createMemorySink()
  const { warehouse } = clinic.stack
  const governance = createLocalGovernance({
    policyFile: new URL('../../examples/policies/clinic.yaml', import.meta.url).pathname,
    principal: { issuer: 'https://issuer.test', subject: 's', groups: ['clinic-agents'] },
    journal: sink,
    approvals: async () => ({ approved: false }),
    lease: async () => await clinic.lease(),
  })
  const made = createGovernedConnection({
    account: warehouse.account,
    accessUrl: warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    governance,
    purpose: 'HOPERAT',
    agent: { id: 'a' },
  })
  await made.connectAsync()
  await made.query(all)
  await made.attempt("select PATIENT_ID from PATIENTS where SSN = '900-12-3456'")
  await expect(
    made.query('select PATIENT_ID from PATIENTS where PATIENT_ID = ?', ['900-65-4321']),
  ).rejects.toMatchObject({ snowfenceCode: 'ERR_WAREHOUSE_FAILED' })
  await made[Symbol.asyncDispose]()
  const texts = sink.records.map(({ text }) => text)
  expect(texts.length).toBeGreaterThanOrEqual(4)
  expect(identifying(texts)).toEqual([])
  expect(texts.join()).not.toMatch(/900-12-3456|900-65-4321/)
})
