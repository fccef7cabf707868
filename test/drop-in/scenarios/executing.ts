import { briefly, execute, rowsOf, settled, thrownBy, uncaughtBy } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Connection, Statement } from '../subject.ts'

const mistakes: readonly unknown[] = [
  undefined,
  null,
  1,
  'select 1',
  [],
  {},
  { sqlText: 1 },
  { sqlText: null },
  { sqlText: {} },
  { sqlText: 'select 1', complete: 1 },
  { sqlText: 'select 1', streamResult: 'yes' },
  { sqlText: 'select 1', fetchAsString: 'Date' },
  { sqlText: 'select 1', fetchAsString: ['Nothing'] },
  { sqlText: 'select 1', requestId: 1 },
  { sqlText: 'select 1', parameters: 1 },
  { sqlText: 'select 1', binds: 1 },
  { sqlText: 'select 1', binds: [() => {}] },
  { sqlText: 'select 1', binds: [undefined] },
  { sqlText: 'select 1', binds: [1n] },
  { sqlText: 'select 1', binds: [Symbol('x')] },
  { sqlText: 'select 1', binds: [[1], 2] },
  { sqlText: 'select 1', internal: 1 },
  { sqlText: 'select 1', rowMode: 'columns' },
  { sqlText: 'select 1', asyncExec: 1 },
  { sqlText: 'select 1', describeOnly: 1 },
]

/** Every call of `complete`, until nothing more comes. */
const allCalls = async (connection: Connection, options: Record<string, unknown>): Promise<unknown[]> => {
  const calls: unknown[] = []
  await new Promise<void>((resolve) => {
    const returned: Statement = connection.execute({
      ...options,
      complete: (...given: unknown[]) => {
        calls.push({
          length: given.length,
          error: given[0] instanceof Error ? briefly(given[0]) : given[0],
          isReturned: given[1] === returned,
          rows: given[2],
          status: (given[1] as Statement).getStatus(),
        })
        setTimeout(resolve, 30)
      },
    })
    calls.push(['returned', returned.getStatus()])
  })
  return calls
}

export const executingScenarios: readonly Scenario[] = [
  ...mistakes.map(
    (options, index): Scenario => ({
      name: `mistake ${index + 1} in the options of execute is thrown at once`,
      shows: ['connection.execute'],
      run: async (subject) => {
        const thrown = thrownBy(() => (subject.create() as Connection).execute(options))
        return thrown
      },
    }),
  ),
  ...[
    { sqlText: 'select ID from KINDS order by ID' },
    { sqlText: 'select ID from KINDS order by ID', streamResult: true },
    { sqlText: 'select ID from KINDS order by ID', streamResult: false },
    { sqlText: 'select NOTHING from KINDS' },
    { sqlText: 'select NOTHING from KINDS', streamResult: true },
    { sqlText: 'select ID from KINDS order by ID', describeOnly: true },
    { sqlText: 'select ID from KINDS order by ID', asyncExec: false },
    { sqlText: '  select 1 as X ;  ' },
    { sqlText: '-- a comment\nselect 1 as X' },
  ].map(
    (options): Scenario => ({
      name: `complete is called once: ${JSON.stringify(options)}`,
      shows: [
        'execute.complete',
        'execute.sqlText',
        ...Object.keys(options).map((name) => `execute.${name}`),
      ],
      run: async (subject) => await allCalls(await subject.shared(), options),
    }),
  ),
  {
    name: 'streamResult of the connection, and of a statement that overrides it',
    shows: ['options.streamResult', 'execute.streamResult'],
    run: async (subject) => {
      const connection = await subject.open({ streamResult: true })
      return [
        await allCalls(connection, { sqlText: 'select 1 as X' }),
        await allCalls(connection, { sqlText: 'select 1 as X', streamResult: false }),
      ]
    },
  },
  {
    name: 'columns without rows',
    shows: ['execute.describeOnly', 'statement.getColumns'],
    run: async (subject) => {
      const { error, rows, statement } = await execute(await subject.shared(), {
        sqlText: 'select ID, WORDS, DAY from KINDS',
        describeOnly: true,
      })
      return [
        error,
        rows,
        statement.getNumRows(),
        statement.getColumns()?.map((column) => [column.getName(), column.getType()]),
      ]
    },
  },
  {
    name: 'columns of a statement with binds, and of one that writes, which does not run',
    shows: ['execute.describeOnly'],
    run: async (subject) => {
      const connection = await subject.shared()
      const seen: unknown[] = []
      for (const options of [
        { sqlText: 'select ID, WORDS from KINDS where ID = ?', binds: [1] },
        { sqlText: "insert into SCRATCH values (88, 'described')" },
        { sqlText: 'select NOTHING from KINDS' },
      ]) {
        const { error, rows, statement } = await execute(connection, { ...options, describeOnly: true })
        seen.push([briefly(error), rows, statement.getColumns()?.map((column) => column.getName())])
      }
      return [seen, await rowsOf(connection, 'select count(*) as N from SCRATCH where A = 88')]
    },
  },
  {
    name: 'what a callback throws',
    shows: ['execute.complete'],
    run: async (subject) => {
      const connection = await subject.shared()
      const thrower = (options: Record<string, unknown>) =>
        uncaughtBy((done) => {
          connection.execute({
            ...options,
            complete: () => {
              done()
              throw new Error('thrown by the program')
            },
          })
        })
      return {
        collected: await thrower({ sqlText: 'select 1 as X' }),
        streamed: await thrower({ sqlText: 'select 1 as X', streamResult: true }),
        failed: await thrower({ sqlText: 'select NOTHING from KINDS' }),
        rejected: await uncaughtBy((done) => {
          connection.execute({
            sqlText: 'select 1 as X',
            complete: async () => {
              done()
              throw new Error('rejected by the program')
            },
          })
        }),
        after: await rowsOf(connection, 'select 1 as X'),
      }
    },
  },
  {
    name: 'the options of the caller are left as they were',
    shows: ['connection.execute'],
    run: async (subject) => {
      const options = {
        sqlText: 'select ? as X',
        binds: [1],
        parameters: { QUERY_TAG: 'mine' },
        fetchAsString: ['Number'],
      }
      const copy = JSON.stringify(options)
      await execute(await subject.shared(), options)
      return JSON.stringify(options) === copy
    },
  },
  {
    name: 'options that were frozen, inherited, or are of a class',
    shows: ['connection.execute'],
    run: async (subject) => {
      const connection = await subject.shared()
      class Query {
        readonly sqlText = 'select 3 as X'
      }
      return [
        await rowsOf(connection, Object.freeze({ sqlText: 'select 1 as X' })),
        await rowsOf(connection, Object.assign(Object.create(null), { sqlText: 'select 2 as X' })),
        await settled(async () => await connection.execute(new Query()).streamRows().toArray()),
        await settled(
          async () =>
            await connection
              .execute(Object.create({ sqlText: 'select 4 as X' }))
              .streamRows()
              .toArray(),
        ),
      ]
    },
  },
  {
    name: 'a request id that is used again gives the result again, and does not run again',
    shows: ['execute.requestId', 'statement.getRequestId'],
    run: async (subject) => {
      const connection = await subject.shared()
      const requestId = crypto.randomUUID()
      const options = { sqlText: 'insert into SCRATCH values (77, ?)', binds: ['once'], requestId }
      const first = await execute(connection, options)
      const second = await execute(connection, options)
      const counted = await rowsOf(connection, 'select count(*) as N from SCRATCH where A = 77')
      await rowsOf(connection, 'delete from SCRATCH where A = 77')
      return [
        first.rows,
        second.rows,
        first.statement.getRequestId() === requestId,
        first.statement.getQueryId() === second.statement.getQueryId(),
        counted,
      ]
    },
  },
  {
    name: 'a request id without its text',
    shows: ['execute.requestId'],
    differs: [
      {
        member: 'execute.requestId',
        kind: 'refused',
        at: 'again',
        governed: /ERR_STATEMENT_UNSUPPORTED|ERR_STATEMENT_DENIED|003001/,
        why: 'refused without its text, as the statement whose result comes back could not be judged; with its text it can be used again',
      },
    ],
    run: async (subject) => {
      const connection = await subject.shared()
      const { statement } = await execute(connection, { sqlText: 'select 5 as X' })
      const again = await execute(connection, { requestId: statement.getRequestId() })
      return { again: again.error ? briefly(again.error) : again.rows }
    },
  },
  {
    name: 'parameters of a statement hold for it alone',
    shows: ['execute.parameters'],
    run: async (subject) => {
      const connection = await subject.shared()
      const sqlText = 'select HERE from KINDS where ID = 1'
      const withParameters = { sqlText, parameters: { TIMEZONE: 'Asia/Tokyo' }, fetchAsString: ['Date'] }
      return [
        await rowsOf(connection, withParameters),
        await rowsOf(connection, { sqlText, fetchAsString: ['Date'] }),
      ]
    },
  },
  {
    name: 'parameters that change what a statement means',
    shows: ['execute.parameters'],
    differs: [
      {
        member: 'execute.parameters',
        kind: 'refused',
        at: 'changed',
        governed: /003001/,
        why: 'parameters that change what a text means, how much of it runs, or what the audit trail is told are refused; formats, time zone, timeouts and QUERY_TAG are sent',
      },
    ],
    run: async (subject) => {
      const { error } = await execute(await subject.shared(), {
        sqlText: 'select 1 as X',
        parameters: { QUOTED_IDENTIFIERS_IGNORE_CASE: true },
      })
      return { changed: briefly(error) ?? 'allowed' }
    },
  },
  {
    name: 'many statements at once on one connection',
    shows: ['connection.execute'],
    run: async (subject) => {
      const connection = await subject.shared()
      return await Promise.all(
        Array.from({ length: 20 }, async (_, index) => await rowsOf(connection, `select ${index} as X`)),
      )
    },
  },
  {
    name: 'options that the driver’s types or code know, and that change nothing',
    shows: ['execute.internal', 'execute.excludeGuid', 'execute.queryId', 'execute.forceGMTDates'],
    run: async (subject) =>
      await rowsOf(await subject.shared(), {
        sqlText: 'select 1 as X',
        internal: false,
        excludeGuid: true,
        queryId: 'x',
        forceGMTDates: true,
      }),
  },
]
