import { briefly, execute, pause, settled, thrownBy } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Statement } from '../subject.ts'

const outcome = async (run: () => unknown): Promise<unknown> => {
  const seen = (await settled(run)) as { resolved?: unknown; rejected?: unknown; thrown?: unknown }
  return 'rejected' in seen
    ? { rejected: briefly(seen.rejected) }
    : 'thrown' in seen
      ? { thrown: briefly(seen.thrown) }
      : seen
}

const unknownId = '01b2c3d4-0000-0000-0000-000000000000'

export const laterScenarios: readonly Scenario[] = [
  {
    name: 'an asynchronous statement, its status, and its result by its id',
    shows: [
      'execute.asyncExec',
      'connection.getQueryStatus',
      'connection.getQueryStatusThrowIfError',
      'connection.getResultsFromQueryId',
      'connection.fetchResult',
    ],
    run: async (subject) => {
      const connection = await subject.shared()
      const { error, rows, statement, argumentCount, returned } = await execute(connection, {
        sqlText: 'select ID, WORDS from KINDS order by ID limit 2',
        asyncExec: true,
      })
      const { queryId } = rows as { queryId: string }
      const found = await connection.getResultsFromQueryId({ queryId })
      const read = await found.streamRows().toArray()
      return {
        error,
        rows,
        argumentCount,
        isReturned: statement === returned,
        id: [statement.getQueryId() === queryId, statement.getStatus()],
        statement: [
          typeof found.getColumns,
          found.getStatus(),
          found.getQueryId() === queryId,
          found.getNumRows(),
          found.getColumns()?.map((column) => column.getName()),
        ],
        read,
        status: [
          await connection.getQueryStatus(queryId),
          await connection.getQueryStatusThrowIfError(queryId),
        ],
      }
    },
  },
  {
    name: 'the getters of an asynchronous statement',
    shows: ['execute.asyncExec'],
    differs: [
      {
        member: 'execute.asyncExec',
        kind: 'differs',
        at: '*',
        governed: /undefined/,
        why: 'getters about a result that is not there yet answer undefined; the driver’s throw a TypeError',
      },
    ],
    run: async (subject) => {
      const { statement } = await execute(await subject.shared(), {
        sqlText: 'select 1 as X',
        asyncExec: true,
      })
      return [
        statement.getStatus(),
        ...(['getNumRows', 'getColumns', 'getNumUpdatedRows', 'getSessionState'] as const).map((name) => {
          const seen = thrownBy(() => statement[name]()) as { thrown?: unknown; returned?: unknown }
          return 'thrown' in seen ? 'throws' : seen.returned
        }),
      ]
    },
  },
  {
    name: 'an asynchronous statement with streamResult',
    shows: ['execute.asyncExec', 'execute.streamResult'],
    run: async (subject) => {
      const { error, rows, argumentCount, statement } = await execute(await subject.shared(), {
        sqlText: 'select 1 as X',
        asyncExec: true,
        streamResult: true,
      })
      return [error, rows, argumentCount, typeof statement.getQueryId()]
    },
  },
  {
    name: 'an asynchronous statement that fails',
    differs: ['1', '2'].map((at) => ({
      member: 'errors',
      kind: 'differs' as const,
      at: `${at}.rejected.2`,
      governed: /^"58000"$/,
      why: 'there is always a SQLSTATE: without one the driver, and code like it, sends a statement again',
    })),
    shows: ['execute.asyncExec', 'connection.getQueryStatusThrowIfError', 'connection.getResultsFromQueryId'],
    run: async (subject) => {
      const connection = await subject.shared()
      const { rows } = await execute(connection, {
        sqlText: 'select 1 / (ID - ID) as X from KINDS',
        asyncExec: true,
      })
      const { queryId } = rows as { queryId: string }
      while (connection.isStillRunning(await connection.getQueryStatus(queryId))) await pause(20)
      return [
        await connection.getQueryStatus(queryId),
        await outcome(() => connection.getQueryStatusThrowIfError(queryId)),
        await outcome(() => connection.getResultsFromQueryId({ queryId })),
      ]
    },
  },
  {
    name: 'ids of queries that nobody knows, and that are none',
    shows: [
      'connection.getQueryStatus',
      'connection.getQueryStatusThrowIfError',
      'connection.getResultsFromQueryId',
    ],
    run: async (subject) => {
      const connection = await subject.shared()
      const seen: unknown[] = []
      for (const id of [unknownId, 'nothing', '', undefined, null, 5, "'; select 1", '../session'])
        seen.push([
          await outcome(() => connection.getQueryStatus(id as string)),
          await outcome(() => connection.getQueryStatusThrowIfError(id as string)),
          await outcome(() => connection.getResultsFromQueryId({ queryId: id as string })),
        ])
      return seen
    },
  },
  {
    name: 'getResultsFromQueryId without options',
    shows: ['connection.getResultsFromQueryId'],
    run: async (subject) => {
      const connection = await subject.shared()
      const seen = (await settled(() => connection.getResultsFromQueryId())) as { rejected?: unknown }
      return (seen.rejected as Error | undefined)?.name
    },
  },
  {
    name: 'fetchResult with its callback, its row mode, its strings, and streamed',
    shows: ['connection.fetchResult', 'connection.getResultsFromQueryId'],
    run: async (subject) => {
      const connection = await subject.shared()
      const { statement } = await execute(connection, {
        sqlText: 'select ID, FLAG from KINDS order by ID limit 2',
      })
      const queryId = statement.getQueryId()
      const fetch = async (options: Record<string, unknown>): Promise<unknown> =>
        await new Promise((resolve) => {
          let returned: unknown
          const complete = (...given: unknown[]): void =>
            resolve([
              briefly(given[0]),
              given.length,
              given[1] === returned,
              given[2],
              (given[1] as Statement).getSqlText(),
            ])
          returned = connection.fetchResult({ queryId, ...options, complete })
        })
      const viaId = await new Promise((resolve) => {
        void connection.getResultsFromQueryId({
          queryId,
          rowMode: 'array',
          complete: (error: unknown, _statement: unknown, rows: unknown) => resolve([error, rows]),
        })
      })
      return [
        await fetch({}),
        await fetch({ rowMode: 'array' }),
        await fetch({ fetchAsString: ['Number'] }),
        await fetch({ streamResult: true }),
        await connection.fetchResult({ queryId }).streamRows({ start: 1 }).toArray(),
        viaId,
      ]
    },
  },
  {
    name: 'fetchResult takes the wrong arguments as the driver does',
    shows: ['connection.fetchResult'],
    run: async (subject) => {
      const connection = await subject.shared()
      return [
        undefined,
        null,
        1,
        [],
        {},
        { queryId: 1 },
        { queryId: unknownId, complete: 1 },
        { queryId: unknownId, streamResult: 1 },
        { queryId: unknownId, fetchAsString: 1 },
        { queryId: unknownId, fetchAsString: ['x'] },
        { queryId: unknownId, rowMode: 'x' },
        { queryId: unknownId, cwd: 1 },
      ].map((options) => thrownBy(() => connection.fetchResult(options)))
    },
  },
  {
    name: 'the result of a query of another connection',
    shows: ['connection.fetchResult'],
    differs: [
      {
        member: 'connection.fetchResult',
        kind: 'refused',
        at: 'rows',
        governed: /003001/,
        why: 'only for what this connection ran itself is known which column came from where; other results are refused',
      },
    ],
    run: async (subject) => {
      const other = await subject.open()
      const { statement } = await execute(other, { sqlText: 'select 1 as X' })
      const connection = await subject.shared()
      return {
        rows: await new Promise((resolve) => {
          connection.fetchResult({
            queryId: statement.getQueryId(),
            complete: (error: unknown, _statement: unknown, rows: unknown) => resolve(briefly(error) ?? rows),
          })
        }),
      }
    },
  },
]
