import { inspect } from 'node:util'
import { identifyingPattern } from '@snowfence/local'
import {
  configure,
  createGovernedPool,
  type GovernedConnection,
  type GovernedConnectionOptions,
  type GovernedStatement,
  identity,
} from 'snowfence'
import snowflake from 'snowflake-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

// Ways around that need no SQL: options that change between two looks, objects that lead further, results of others.

let clinic: ClinicStack
let connection: GovernedConnection

beforeAll(async () => {
  clinic = await startClinicStack()
  connection = await clinic.connect()
})
afterAll(async () => await clinic.close())

const everything = (value: unknown): string =>
  inspect(value, { depth: 12, showHidden: true, getters: true, maxArrayLength: null, maxStringLength: null })
/** Pseudonyms are random letters: now and then some of them look like a name of the sample. */
const withoutPseudonyms = (text: string): string => text.replaceAll(/tok_[\w-]{22}/g, 'tok')
const identifying = (value: unknown): string[] =>
  withoutPseudonyms(everything(value)).match(identifyingPattern()) ?? []
const tokens = (value: unknown): string[] =>
  everything(value).match(/eyJ[\w-]{10,}\.[\w-]+\.|Snowflake Token|Bearer \S+/g) ?? []

interface Completed {
  readonly statement: GovernedStatement
  readonly rows: unknown
}

const execute = async (options: object, on: GovernedConnection = connection): Promise<Completed> =>
  await new Promise((resolve, reject) => {
    on.execute({
      sqlText: 'select * from PATIENTS limit 5',
      ...options,
      complete: (error: unknown, statement: unknown, rows: unknown) =>
        error ? reject(error) : resolve({ statement: statement as GovernedStatement, rows }),
    } as never)
  })

/** What came of it: rows, or the error, thrown at once or later. */
const outcomeOf = async (options: object): Promise<unknown> => {
  try {
    return (await execute(options)).rows
  } catch (error) {
    return error
  }
}

describe('a request id', () => {
  const names = 'select FIRST_NAME as X from PATIENTS limit 3'
  const harmless = "select 'a' as X"

  test.each([
    ['of the caller', async () => crypto.randomUUID(), true],
    [
      'of an earlier statement',
      async () => (await execute({ sqlText: names })).statement.getRequestId(),
      false,
    ],
  ] as const)('%s brings no rows of another statement under other masks', async (_about, makeId, mustRun) => {
    const requestId = await makeId()
    if (mustRun)
      expect((await execute({ sqlText: names, requestId })).statement.getRequestId()).toBe(requestId)
    const outcome = await outcomeOf({ sqlText: harmless, requestId })
    expect(outcome).toMatchObject({ snowfenceCode: 'ERR_STATEMENT_DENIED' })
    expect(identifying(outcome)).toEqual([])
  })

  test('used by two statements at a time gives neither the rows of the other', async () => {
    const requestId = crypto.randomUUID()
    const [first, second] = await Promise.all([
      outcomeOf({ sqlText: names, requestId }),
      outcomeOf({ sqlText: harmless, requestId }),
    ])
    expect(identifying([first, second])).toEqual([])
  })

  test('given again with its statement gives the same result, masked', async () => {
    const requestId = crypto.randomUUID()
    const first = await execute({ sqlText: names, requestId })
    const second = await execute({ sqlText: names, requestId })
    expect(second.statement.getQueryId()).toBe(first.statement.getQueryId())
    expect(second.rows).toEqual(first.rows)
    expect(identifying(second.rows)).toEqual([])
  })

  test('with other binds is another statement', async () => {
    const sqlText = 'select STATE as X from PATIENTS where PATIENT_ID = ?'
    const requestId = crypto.randomUUID()
    await execute({ sqlText, binds: [1], requestId })
    expect(await outcomeOf({ sqlText, binds: [2], requestId })).toMatchObject({
      snowfenceCode: 'ERR_STATEMENT_DENIED',
    })
  })

  test.each(['../../session', 'a&requestId=b', 'a#b', 'a b', '\r\nx: y', '__proto__'])(
    'of unusual form, %j, reaches no other address',
    async (requestId) => {
      expect(await outcomeOf({ sqlText: harmless, requestId })).toEqual([{ X: 'a' }])
    },
  )
})

describe('options that change between two looks', () => {
  const harmless = 'select PATIENT_ID from PATIENTS limit 1'
  const harmful = "select PATIENT_ID from PATIENTS where SSN like '9%'"

  test('a text that is another at the second look is looked at once', async () => {
    let looks = 0
    const options = {
      get sqlText() {
        looks += 1
        return looks === 1 ? harmless : harmful
      },
      complete: () => {},
    }
    const statement = connection.execute(options as never)
    expect(looks).toBe(1)
    expect(statement.getSqlText()).toBe(harmless)
  })

  test('options, binds and parameters that are changed after `execute` change nothing', async () => {
    const binds: unknown[] = [1]
    const parameters: Record<string, unknown> = { TIMEZONE: 'UTC' }
    const options = {
      sqlText: 'select PATIENT_ID as X from PATIENTS where PATIENT_ID = ?',
      binds,
      parameters,
    }
    const running = connection.query(options.sqlText, binds, { parameters })
    binds[0] = 2
    binds.push(3)
    parameters.MULTI_STATEMENT_COUNT = 0
    options.sqlText = harmful
    expect((await running).rows).toEqual([{ X: 1 }])
  })

  test('a bind that tells something else each time it is asked is asked before `execute` returns, and sent as it was told', async () => {
    let asked = 0
    const bind = {
      toJSON: (): number => {
        asked += 1
        return asked
      },
    }
    const running = connection.query('select ? as X', [bind])
    const askedAtOnce = asked
    const { rows } = await running
    expect(asked).toBe(askedAtOnce)
    expect(Number(Object.values(rows[0] ?? {})[0])).toBe(askedAtOnce)
  })

  test.each([
    ['an object that reads as a text', { sqlText: { toString: (): string => harmless } }],
    ['a text in an object', { sqlText: new String(harmful) }],
    ['a list of texts', { sqlText: [harmful] }],
    ['nothing', { sqlText: null }],
  ])('%s is no statement', async (_about, options) => {
    const outcome = await outcomeOf(options)
    expect(outcome).toBeInstanceOf(Error)
  })

  test('a proxy that answers everything is not trusted with more than its own words', async () => {
    const options = new Proxy(
      {},
      {
        get: (_target, name) =>
          name === 'sqlText' ? 'select SSN from PATIENTS limit 2' : name === 'rowMode' ? 'array' : undefined,
        has: () => true,
      },
    )
    const statement = connection.execute(options as never)
    const rows: unknown[] = []
    for await (const row of statement.streamRows()) rows.push(row)
    expect(rows).toHaveLength(2)
    expect(identifying(rows)).toEqual([])
  })

  test.each([
    ['internal', { internal: true }],
    ['fileStream', { fileStream: 'x' }],
    ['describeOnly', { describeOnly: true }],
    ['forceGMTDates', { forceGMTDates: true }],
    ['resultVersion', { resultVersion: 0 }],
    ['isInternal', { isInternal: true }],
    ['queryId', { queryId: 'x' }],
    ['rowStatus', { rowStatus: true, statement: {}, context: {}, services: {} }],
    ['the prototype', JSON.parse('{"__proto__":{"internal":true}}') as object],
  ])('the option %s shows nothing more', async (_about, options) => {
    expect(identifying(await outcomeOf(options))).toEqual([])
  })
})

describe('statement parameters', () => {
  test.each([
    [{ DATE_OUTPUT_FORMAT: '"20"MM-01-DD' }],
    [{ date_output_format: 'MMDD' }],
    [{ TIMESTAMP_NTZ_OUTPUT_FORMAT: 'HH24MI-MM-DD' }],
    [{ QUOTED_IDENTIFIERS_IGNORE_CASE: true }],
    [{ SEARCH_PATH: 'x' }],
    [{ ENABLE_UNREDACTED_QUERY_SYNTAX_ERROR: true }],
    [{ ENABLE_UNREDACTED_SECURE_OBJECT_ERROR: true }],
    [{ SIMULATED_DATA_SHARING_CONSUMER: 'x' }],
    [{ MULTI_STATEMENT_COUNT: 2 }],
    [{ MULTI_STATEMENT_COUNT: 'x' }],
    [{ MULTI_STATEMENT_COUNT: { valueOf: (): number => 0 } }],
    [{ 'QUERY_TAG ': 'x' }],
    [{ TIMEZONE: ['UTC'] }],
  ])('%j are refused', async (parameters) => {
    const outcome = await outcomeOf({
      sqlText: 'select BIRTH_DATE::varchar as X from PATIENTS limit 1',
      parameters,
    })
    expect(outcome).toBeInstanceOf(Error)
  })

  test('two counts of statements do not let a second one through unjudged', async () => {
    const parameters = { MULTI_STATEMENT_COUNT: 1, multi_statement_count: 0 }
    expect(
      await outcomeOf({ sqlText: 'select 1 as X; select SSN from PATIENTS', parameters }),
    ).toBeInstanceOf(Error)
    const before = clinic.stack.warehouse.queryHistory().length
    await outcomeOf({
      sqlText: "select 1 as X; select 1 as X from PATIENTS where SSN = 'x'",
      parameters: { MULTI_STATEMENT_COUNT: 0 },
    })
    const ran = clinic.stack.warehouse.queryHistory().slice(before)
    expect(ran.filter(({ queryText }) => queryText.includes('SSN'))).toEqual([])
  })
})

describe('what the SDK hands out', () => {
  /** Everything that members, symbols, prototypes, accessors and functions lead to. */
  const walk = (roots: readonly unknown[], limit = 4_000): readonly unknown[] => {
    const seen = new Set<unknown>()
    const pending = [...roots]
    const builtIn = new Set<unknown>([
      Object.prototype,
      Function.prototype,
      Array.prototype,
      globalThis,
      process,
    ])
    while (pending.length > 0 && seen.size < limit) {
      const value = pending.pop()
      if (value === null || (typeof value !== 'object' && typeof value !== 'function')) continue
      if (seen.has(value) || builtIn.has(value)) continue
      seen.add(value)
      for (const key of Reflect.ownKeys(value)) {
        const member = Object.getOwnPropertyDescriptor(value, key)
        if (member === undefined) continue
        try {
          pending.push('value' in member ? member.value : member.get?.call(value))
        } catch {
          // Members that strict code may not read.
        }
      }
      pending.push(Object.getPrototypeOf(value))
    }
    return [...seen]
  }

  test('leads to nothing of the driver: no connection, no statement, no source of raw rows', async () => {
    const { statement, rows } = await execute({ streamResult: false })
    const stream = statement.streamRows()
    const error = await connection
      .query("select 1 as X from PATIENTS where SSN = 'x'")
      .catch((failure: unknown) => failure)
    const result = await connection.query('select * from PATIENTS limit 2')
    const reached = walk([connection, statement, statement.getColumns(), rows, stream, error, result])
    expect(reached.length).toBeGreaterThan(50)
    const names = new Set(
      reached.map((value) => (value as { constructor?: { name?: string } }).constructor?.name),
    )
    for (const inner of [
      'ConnectionConfig',
      'RowStatementPreExec',
      'StateAbstract',
      'SnowflakeService',
      'Result',
      'Chunk',
      'InnerConnection',
    ])
      expect(names).not.toContain(inner)
    const texts = reached.flatMap((value) =>
      Reflect.ownKeys(value as object).flatMap((key) => {
        const member = Object.getOwnPropertyDescriptor(value, key)
        return typeof member?.value === 'string' ? [member.value] : []
      }),
    )
    expect(texts.join('\n').match(identifyingPattern())).toBeNull()
    expect(tokens(texts)).toEqual([])
    stream.destroy()
  })

  test('its classes have no members that take a statement apart', async () => {
    const { statement } = await execute({})
    for (const value of [connection, statement, statement.streamRows()]) {
      const type = (value as object).constructor as unknown as Record<string, unknown>
      const reaching = Object.getOwnPropertyNames(type).filter((name) => typeof type[name] === 'function')
      expect(
        reaching.filter((name) => !['whenAnswered', 'from', 'fromWeb', 'toWeb', 'wrap'].includes(name)),
      ).toEqual([])
    }
  })

  test.each(Object.getOwnPropertyNames(Object.prototype))(
    'a column named `%s`, at which the driver would fail, is refused before anything runs',
    async (name) => {
      const before = clinic.stack.warehouse.queryHistory().length
      for (const sqlText of [
        `select SSN as "${name}" from PATIENTS limit 1`,
        `select * from (select 1 as X, SSN as "${name}" from PATIENTS) limit 1`,
      ])
        for (const rowMode of ['object', 'array'])
          expect(await outcomeOf({ sqlText, rowMode })).toMatchObject({
            snowfenceCode: 'ERR_STATEMENT_DENIED',
            hint: 'give the column another name, with AS',
          })
      expect(clinic.stack.warehouse.queryHistory()).toHaveLength(before)
    },
  )

  const unusual = ['prototype', 'then', 'length', '0', 'toJSON', '__proto', 'arguments']

  test.each(['object', 'array', 'object_with_renamed_duplicated_columns'] as const)(
    'columns named like members of objects are columns like any other, in mode %s',
    async (rowMode) => {
      const before = Object.getOwnPropertyNames(Object.prototype).sort()
      const select = unusual.map((name) => `SSN as "${name}", LAST_NAME as "${name}"`).join(', ')
      for (const options of [{}, { streamResult: true }, { fetchAsString: ['String'] }]) {
        const { statement, rows } = await execute({
          sqlText: `select ${select}, PATIENT_ID from PATIENTS limit 2`,
          rowMode,
          ...options,
        })
        const streamed: unknown[] = []
        for await (const row of statement.streamRows()) streamed.push(row)
        expect(streamed).toHaveLength(2)
        for (const row of [...((rows as object[] | undefined) ?? []), ...(streamed as object[])]) {
          expect(Object.getPrototypeOf(row)).toBe(Array.isArray(row) ? Array.prototype : Object.prototype)
          expect(Object.keys(row).length).toBeGreaterThanOrEqual(unusual.length)
        }
        const columns = statement.getColumns() ?? []
        expect(columns).toHaveLength(2 * unusual.length + 1)
        const named = unusual.map((name) => [
          statement.getColumn(name),
          columns.map((column) => column.getName()),
        ])
        expect(identifying([rows, streamed, named])).toEqual([])
      }
      expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before)
    },
  )

  test('members asked in unusual ways answer nothing more', async () => {
    const { statement } = await execute({
      sqlText: 'select SSN, FIRST_NAME from PATIENTS limit 3',
      streamResult: true,
    })
    const column = statement.getColumn('__proto__')
    expect(column).toBeUndefined()
    for (const range of [{ start: 0, end: 1 }, { start: 1 }, { end: 0 }]) {
      const rows: unknown[] = []
      for await (const row of statement.streamRows(range)) rows.push(row)
      expect(identifying(rows)).toEqual([])
    }
    const views: unknown[] = []
    await new Promise<void>((resolve, reject) => {
      statement.fetchRows({
        each(this: unknown, row: Record<string, unknown>) {
          const [first] = statement.getColumns() ?? []
          views.push(this, Object.entries(row), Object.getPrototypeOf(row))
          for (const name of ['getColumnValue', 'getColumnValueAsString'] as const)
            if (typeof row[name] === 'function')
              views.push((row[name] as (of: unknown) => unknown).call(row, first))
        },
        end: (error: unknown) => (error ? reject(error) : resolve()),
      })
    })
    expect(views.length).toBeGreaterThanOrEqual(9)
    expect(identifying(views)).toEqual([])
  })

  test('a stream that was opened before completion, piped, or read in pieces holds no raw row', async () => {
    const statement = connection.execute({ sqlText: 'select * from PATIENTS limit 200', streamResult: true })
    const stream = statement.streamRows()
    const held: unknown[] = []
    stream.on('pipe', (source) => held.push(source))
    for (const event of ['readable', 'data', 'resume', 'pause'])
      stream.prependListener(event, (value) => held.push(value))
    const rows: unknown[] = []
    for await (const row of stream) {
      rows.push(row)
      if (rows.length % 50 === 1) expect(identifying(Object.entries(stream))).toEqual([])
    }
    expect(rows).toHaveLength(200)
    expect(identifying([rows, held])).toEqual([])
  })

  test('a statement that is cancelled or destroyed on its way leaves no raw row behind', async () => {
    const statement = connection.execute({ sqlText: 'select * from PATIENTS', streamResult: true })
    const stream = statement.streamRows()
    stream.once('data', () => stream.destroy())
    await new Promise((resolve) => stream.once('close', resolve))
    statement.cancel()
    expect(identifying([statement, stream])).toEqual([])
  })

  test('a pool leads to governed connections alone', async () => {
    const { warehouse, broker } = clinic.stack
    const pool = createGovernedPool(
      {
        account: warehouse.account,
        accessUrl: warehouse.url,
        warehouse: 'AGENTS',
        database: 'CLINIC',
        schema: 'PUBLIC',
        broker: broker.url,
        identity: identity.fromFunction(async () => await clinic.stack.identityToken('agent')),
        purpose: 'HOPERAT',
        agent: { id: 'readmissions-bot' },
      } satisfies GovernedConnectionOptions,
      { max: 1 },
    )
    const pooled = await pool.acquire()
    await pooled.query('select * from PATIENTS limit 2')
    const names = new Set(
      walk([pool]).map((value) => (value as { constructor?: { name?: string } }).constructor?.name),
    )
    for (const inner of ['ConnectionConfig', 'RowStatementPreExec', 'SnowflakeService', 'InnerConnection'])
      expect(names).not.toContain(inner)
    expect(tokens(pool)).toEqual([])
    await pool.release(pooled)
    await pool.drain()
    await pool.clear()
  })
})

describe('results of others', () => {
  test.each([
    ['an object that is one id first and another later', { toString: (): string => 'x' }],
    ['a list', ['01234567-0123-0123-0123-0123456789ab']],
    ['a path', '../../queries'],
    ['nothing', null],
    ['a member of the prototype', '__proto__'],
  ])('%s is no query of this connection', async (_about, queryId) => {
    const rows = (async () => {
      const statement = connection.fetchResult({ queryId, streamResult: true })
      const read: unknown[] = []
      for await (const row of statement.streamRows()) read.push(row)
      return read
    })()
    await expect(rows).rejects.toThrow()
  })

  test('queries of the SDK itself and of other connections are not fetched', async () => {
    const other = await clinic.connect()
    await other.query('select SSN from PATIENTS limit 1')
    const ids = clinic.stack.warehouse.queryHistory().map(({ queryId }) => queryId)
    const own = new Set<string>()
    own.add((await execute({})).statement.getQueryId())
    const refused = await Promise.all(
      ids
        .filter((id) => !own.has(id))
        .slice(-12)
        .map(async (queryId) => {
          const statement = other.fetchResult({ queryId, streamResult: true })
          const rows: unknown[] = []
          try {
            for await (const row of statement.streamRows()) rows.push(row)
          } catch (error) {
            return error
          }
          return rows
        }),
    )
    expect(identifying(refused)).toEqual([])
  })
})

test('both ways of reading rows show the same, for every table, form and type', async () => {
  const [fast, slow] = await Promise.all([
    clinic.connect({ fastPath: true }),
    clinic.connect({ fastPath: false }),
  ])
  // Pseudonyms differ from session to session.
  const comparable = (rows: unknown): string => withoutPseudonyms(JSON.stringify(rows))
  for (const table of ['PATIENTS', 'PROVIDERS', 'ENCOUNTERS', 'DIAGNOSES', 'LABS', 'NOTES']) {
    const sqlText = `select * from ${table} order by 1 limit 20`
    for (const options of [
      {},
      { rowMode: 'array' },
      { rowMode: 'object_with_renamed_duplicated_columns' },
      { fetchAsString: ['String', 'Number', 'Date', 'Boolean', 'JSON', 'Buffer'] },
    ]) {
      const [left, right] = await Promise.all([
        execute({ sqlText, ...options }, fast),
        execute({ sqlText, ...options }, slow),
      ])
      expect(comparable(left.rows), `${table} ${JSON.stringify(options)}`).toBe(comparable(right.rows))
      expect(identifying([left.rows, right.rows])).toEqual([])
    }
  }
})

test('the most talkative log of the driver, set behind the back of the SDK, holds no raw value and no token', async () => {
  const heard: unknown[] = []
  const hear = (...message: unknown[]): void => void heard.push(message)
  const customLogger = { error: hear, warn: hear, info: hear, debug: hear, trace: hear }
  expect(() => configure({ logLevel: 'TRACE' })).toThrowError(
    expect.objectContaining({ code: 'ERR_OPTION_REFUSED' }),
  )
  snowflake.configure({ logLevel: 'TRACE', customLogger } as never)
  const talkative = await clinic.connect()
  await talkative.query('select * from PATIENTS limit 5')
  snowflake.configure({ logLevel: 'TRACE', customLogger } as never)
  await talkative.query('select to_varchar(SSN) as X, PHONE, ADDRESS from PATIENTS limit 5')
  snowflake.configure({ logLevel: 'OFF' })
  expect(identifying(heard)).toEqual([])
  expect(tokens(heard)).toEqual([])
  expect(heard.length).toBeGreaterThan(0)
})

describe('approvals', () => {
  const sqlText = 'select NOTE_ID, TEXT from PSYCHOTHERAPY_NOTES where NOTE_ID = ?'
  const ask = async (binds: readonly unknown[]): Promise<string> => {
    const outcome = await connection.attempt(sqlText, binds, { onApproval: 'throw' })
    if (outcome.kind !== 'pending') throw new Error('no approval was asked for')
    return outcome.approvalId
  }

  test.each([
    ['another value', [2]],
    ['the text of the number', ['1']],
    ['a number that is nearly the same', [1.0000000000000002]],
    ['one bind more', [1, 1]],
    ['a list', [[1]]],
    ['true', [true]],
    ['nothing', [null]],
    ['no number', [Number.NaN]],
    ['an object', [{ value: 1 }]],
    ['no bind', []],
  ])('an approval is not good for %s', async (_about, binds) => {
    const before = clinic.stack.warehouse.queryHistory().length
    const approvalId = await ask([1])
    await clinic.decide('approve')
    const other = await clinic.connect()
    const outcome = await other.resume(approvalId, { sqlText, binds }).catch((error: unknown) => error)
    expect(outcome).toBeInstanceOf(Error)
    const ran = clinic.stack.warehouse.queryHistory().slice(before)
    expect(ran.filter(({ roleName }) => roleName === 'CLINIC_NOTES_READER')).toEqual([])
  })

  test('an approval runs its statement once, however many resume it together', async () => {
    const approvalId = await ask([3])
    await clinic.decide('approve')
    const before = clinic.stack.warehouse.queryHistory().length
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, async () => await connection.resume(approvalId, { sqlText, binds: [3] })),
    )
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    await expect(connection.resume(approvalId, { sqlText, binds: [3] })).rejects.toThrow()
    const ran = clinic.stack.warehouse.queryHistory().slice(before)
    expect(
      ran.filter(({ queryText, roleName }) => queryText === sqlText && roleName === 'CLINIC_NOTES_READER'),
    ).toHaveLength(1)
  })
})
