import { execute } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Statement } from '../subject.ts'

const getters = [
  'getSqlText',
  'getStatus',
  'getColumns',
  'getNumRows',
  'getNumUpdatedRows',
  'getSessionState',
  'getRequestId',
  'getStatementId',
  'getQueryId',
] as const

const columnMembers = [
  'getName',
  'getIndex',
  'getId',
  'getType',
  'getScale',
  'getPrecision',
  'isNullable',
  'isString',
  'isBinary',
  'isNumber',
  'isBoolean',
  'isDate',
  'isTime',
  'isTimestamp',
  'isTimestampLtz',
  'isTimestampNtz',
  'isTimestampTz',
  'isVariant',
  'isObject',
  'isArray',
  'isMap',
] as const

const read = (statement: Statement): Record<string, unknown> =>
  Object.fromEntries(
    getters.map((name) => {
      const value: unknown = statement[name]()
      return [name, name === 'getColumns' && value ? (value as { length: number }).length : value]
    }),
  )

const sessionStateMembers = [
  'getCurrentDatabaseProvider',
  'getCurrentDatabase',
  'getCurrentSchema',
  'getCurrentWarehouse',
  'getCurrentRole',
]

export const statementScenarios: readonly Scenario[] = [
  {
    name: 'the getters of a statement before it has completed, in its callback, and later',
    shows: getters.map((name) => `statement.${name}`),
    run: async (subject) => {
      const connection = await subject.shared()
      const seen: unknown[] = []
      await new Promise<void>((resolve) => {
        const statement = connection.execute({
          sqlText: 'select ID, FLAG from KINDS',
          complete: (_error: unknown, same: Statement) => {
            seen.push(read(same))
            setImmediate(() => {
              seen.push(read(same))
              resolve()
            })
          },
        })
        seen.push(read(statement))
      })
      return seen
    },
  },
  {
    name: 'the getters of a statement that failed in the warehouse',
    shows: getters.map((name) => `statement.${name}`),
    run: async (subject) => {
      const { statement } = await execute(await subject.shared(), {
        sqlText: "select WORDS::int as X from KINDS where WORDS = 'plain text'",
      })
      return read(statement)
    },
  },
  {
    name: 'the getters of a statement that is refused',
    shows: getters.map((name) => `statement.${name}`),
    differs: ['getQueryId', 'getStatementId'].map((name) => ({
      member: `statement.${name}`,
      kind: 'differs' as const,
      at: name,
      governed: /undefined/,
      why: 'a statement that is refused never reaches the warehouse, so it has no query id',
    })),
    run: async (subject) => {
      const { statement } = await execute(await subject.shared(), { sqlText: 'select NOTHING from KINDS' })
      return read(statement)
    },
  },
  {
    name: 'the session that a statement left behind',
    shows: ['statement.getSessionState'],
    run: async (subject) => {
      const connection = await subject.open()
      const stateOf = async (sqlText: string) => {
        const { statement } = await execute(connection, { sqlText })
        const state = statement.getSessionState() as Record<string, (() => unknown) | undefined>
        return [Object.keys(state).toSorted(), sessionStateMembers.map((member) => state[member]?.())]
      }
      return [
        await stateOf('select 1'),
        await stateOf('use schema PUBLIC'),
        await stateOf('select 1'),
        await stateOf('use schema INFORMATION_SCHEMA'),
      ]
    },
  },
  {
    name: 'the rows that a statement wrote',
    shows: ['statement.getNumUpdatedRows', 'statement.getNumRows'],
    run: async (subject) => {
      const connection = await subject.shared()
      const written = async (sqlText: string) => {
        const { error, rows, statement } = await execute(connection, { sqlText })
        return [error, rows, statement.getNumUpdatedRows(), statement.getNumRows()]
      }
      return [
        await written("insert into SCRATCH values (1, 'one'), (2, 'two'), (3, 'three')"),
        await written("update SCRATCH set B = 'more' where A > 1"),
        await written(
          "merge into SCRATCH using (select 3 as A) as S on SCRATCH.A = S.A when matched then update set B = 'x' when not matched then insert values (9, 'nine')",
        ),
        await written('delete from SCRATCH where A = 1'),
        await written('select count(*) as N from SCRATCH'),
        await written('truncate table SCRATCH'),
      ]
    },
  },
  {
    name: 'the columns of every type',
    shows: ['statement.getColumns', ...columnMembers.map((name) => `column.${name}`)],
    run: async (subject) => {
      const { statement } = await execute(await subject.shared(), { sqlText: 'select * from KINDS limit 1' })
      return (statement.getColumns() ?? []).map((column) =>
        Object.fromEntries(columnMembers.map((name) => [name, column[name]()])),
      )
    },
  },
  {
    name: 'the context cache of a statement',
    shows: ['statement.getQueryContextCacheSize', 'statement.getQueryContextDTOSize'],
    run: async (subject) => {
      const { statement } = await execute(await subject.shared(), { sqlText: 'select 1 as X' })
      const { getQueryContextCacheSize, getQueryContextDTOSize } = statement as unknown as Record<
        string,
        () => unknown
      >
      return [getQueryContextCacheSize?.(), getQueryContextDTOSize?.()]
    },
  },
  {
    name: 'a column by its name, by its index, and one that is not there',
    shows: ['statement.getColumn', 'statement.getColumns'],
    run: async (subject) => {
      const { statement } = await execute(await subject.shared(), {
        sqlText: 'select ID as A, WORDS as B, FLAG as A from KINDS limit 1',
      })
      const asked = ['A', 'B', 'a', 'C', 0, 2, 3, -1, 0.5, undefined, null, Number.NaN, '1', {}, '__proto__']
      return {
        found: asked.map((name) => statement.getColumn(name)?.getIndex()),
        isSame: [
          new Set([statement.getColumns(), statement.getColumns()]).size === 1,
          statement.getColumns()?.[1] === statement.getColumn('B'),
          statement.getColumn(1) === statement.getColumn('B'),
        ],
      }
    },
  },
  {
    name: 'the names of columns that repeat, in the mode that renames them',
    shows: ['statement.getColumns', 'column.getName'],
    run: async (subject) => {
      const { statement, rows } = await execute(await subject.shared(), {
        sqlText: 'select ID as A, WORDS as A, FLAG as A from KINDS where ID = 1',
        rowMode: 'object_with_renamed_duplicated_columns',
      })
      return [
        statement.getColumns()?.map((column) => column.getName()),
        ['A', 'A_2', 'A_3'].map((name) => statement.getColumn(name)?.getIndex()),
        rows,
      ]
    },
  },
  {
    name: 'the statement of a callback is the one that execute returned',
    shows: ['execute.complete'],
    run: async (subject) => {
      const connection = await subject.shared()
      const collected = await execute(connection, { sqlText: 'select 1 as X' })
      const streamed = await execute(connection, { sqlText: 'select 1 as X', streamResult: true })
      const failed = await execute(connection, { sqlText: 'select NOTHING from KINDS' })
      return [collected, streamed, failed].map(({ statement, returned }) => statement === returned)
    },
  },
]
