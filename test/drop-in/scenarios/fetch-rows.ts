import { execute, thrownBy } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Connection, Statement } from '../subject.ts'

interface Row {
  getRowIndex(): unknown
  getStatement(): unknown
  getColumnValue(nameOrIndex?: unknown): unknown
  getColumnValueAsString(nameOrIndex?: unknown): unknown
}

const streamed = async (connection: Connection, sqlText: string): Promise<Statement> =>
  (await execute(connection, { sqlText, streamResult: true })).statement

/** Reads rows with `fetchRows`, and resolves with what `each` and `end` were given. */
const fetch = async (
  statement: Statement,
  options: Record<string, unknown>,
  each: (row: Row) => unknown,
): Promise<{ readonly ended: readonly unknown[]; readonly rows: readonly unknown[] }> =>
  await new Promise((resolve) => {
    const rows: unknown[] = []
    statement.fetchRows({
      ...options,
      each: (row: Row) => {
        const seen = each(row)
        rows.push(seen)
        return seen
      },
      end: (...ended: unknown[]) => setImmediate(() => resolve({ ended, rows })),
    })
  })

const numbers = 'select ID, NAME from NUMBERS where ID <= 12 order by ID'

export const fetchRowsScenarios: readonly Scenario[] = [
  {
    name: 'fetchRows gives every row, and then calls end once with the statement',
    shows: ['statement.fetchRows', 'row.getRowIndex', 'row.getStatement', 'row.getColumnValue'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), numbers)
      const { ended, rows } = await fetch(statement, {}, (row) => [
        row.getRowIndex(),
        row.getColumnValue('NAME'),
        row.getColumnValue(0),
        row.getStatement() === statement,
      ])
      return { rows, ended, isStatement: ended[1] === statement }
    },
  },
  {
    name: 'rows of every type by name, by index, as values and as strings',
    shows: ['row.getColumnValue', 'row.getColumnValueAsString'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), 'select * from KINDS order by ID')
      const names = (statement.getColumns() ?? []).map((column) => column.getName())
      const { rows } = await fetch(statement, {}, (row) =>
        names.map((name) => [name, row.getColumnValue(name), row.getColumnValueAsString(name)]),
      )
      return rows
    },
  },
  {
    name: 'as strings first, without a look at the value',
    shows: ['row.getColumnValueAsString'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), 'select * from KINDS order by ID')
      const { rows } = await fetch(statement, {}, (row) =>
        (statement.getColumns() ?? []).map((_column, index) => row.getColumnValueAsString(index)),
      )
      return rows
    },
  },
  {
    name: 'a column that is not there',
    shows: ['row.getColumnValue', 'row.getColumnValueAsString'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), numbers)
      const { rows } = await fetch(statement, { endIndex: 0 }, (row) =>
        ['nothing', 9, -1, 0.5, undefined, null, 'id', {}].flatMap((name) => [
          row.getColumnValue(name),
          row.getColumnValueAsString(name),
        ]),
      )
      return rows
    },
  },
  ...[
    { startIndex: 2, endIndex: 4 },
    { startIndex: 10 },
    { endIndex: 1 },
    { startIndex: -5, endIndex: 0 },
    { startIndex: 5, endIndex: 2 },
    { startIndex: 99 },
    { start: 3, end: 4 },
    { startIndex: 1.7, endIndex: 2.9 },
  ].map(
    (range): Scenario => ({
      name: `fetchRows with ${JSON.stringify(range)}`,
      shows: ['statement.fetchRows'],
      run: async (subject) => {
        const statement = await streamed(await subject.shared(), numbers)
        const options = { ...range } as Record<string, unknown>
        // `end` of the range would be taken for the callback.
        delete options.end
        return await fetch(statement, options, (row) => row.getRowIndex())
      },
    }),
  ),
  {
    name: 'a row of a later part knows its index',
    shows: ['row.getRowIndex'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), 'select ID from NUMBERS order by ID')
      const { rows } = await fetch(statement, { startIndex: 4999, endIndex: 5001 }, (row) => [
        row.getRowIndex(),
        row.getColumnValue('ID'),
      ])
      return rows
    },
  },
  {
    name: 'each that returns false stops',
    shows: ['statement.fetchRows'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), numbers)
      let rows = 0
      const ended = await new Promise<unknown[]>((resolve) => {
        statement.fetchRows({ each: () => ++rows < 3, end: (...given: unknown[]) => resolve(given) })
      })
      return { rows, ended }
    },
  },
  {
    name: 'fetchRows before completion ends with an error, and after a failure too',
    shows: ['statement.fetchRows', 'errors'],
    run: async (subject) => {
      const connection = await subject.shared()
      const early = connection.execute({ sqlText: numbers })
      const tooEarly = await new Promise<unknown[]>((resolve) => {
        early.fetchRows({ each: () => {}, end: (...given: unknown[]) => resolve(given) })
      })
      const { statement } = await execute(connection, { sqlText: 'select NOTHING from NUMBERS' })
      const [failed, given] = await new Promise<unknown[]>((resolve) => {
        statement.fetchRows({ each: () => {}, end: (...all: unknown[]) => resolve(all) })
      })
      const { name, code, sqlState } = failed as { name: unknown; code: unknown; sqlState: unknown }
      return { tooEarly, failed: [name, code, sqlState, given === statement] }
    },
  },
  {
    name: 'fetchRows takes the wrong arguments as the driver does',
    shows: ['statement.fetchRows'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), numbers)
      return [
        undefined,
        null,
        1,
        'x',
        {},
        { each: 1 },
        { each: () => {} },
        { each: () => {}, end: 1 },
        { end: () => {} },
        { each: () => {}, end: () => {}, rowMode: 'columns' },
      ].map((options) => thrownBy(() => statement.fetchRows(options)))
    },
  },
  {
    name: 'what fetchRows returns',
    shows: ['statement.fetchRows'],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), numbers)
      return await new Promise((resolve) => {
        const returned = statement.fetchRows({
          each: () => {},
          end: () => setImmediate(() => resolve({ returned })),
        })
      })
    },
  },
  {
    name: 'columns of one name, in rows that are asked by position',
    shows: ['row.getColumnValue'],
    run: async (subject) => {
      const statement = await streamed(
        await subject.shared(),
        'select ID as A, NAME as A from NUMBERS where ID = 1',
      )
      const { rows } = await fetch(statement, {}, (row) => [
        row.getColumnValue('A'),
        row.getColumnValue(0),
        row.getColumnValue(1),
        row.getColumnValueAsString(1),
      ])
      return rows
    },
  },
  {
    name: 'fetchRows of a statement that fetches strings',
    shows: ['statement.fetchRows', 'execute.fetchAsString', 'execute.rowMode'],
    run: async (subject) => {
      const { statement } = await execute(await subject.shared(), {
        sqlText: 'select ID, DAY from KINDS where ID = 1',
        fetchAsString: ['Number', 'Date'],
        rowMode: 'array',
        streamResult: true,
      })
      const { rows } = await fetch(statement, {}, (row) => [
        row.getColumnValue('ID'),
        row.getColumnValue('DAY'),
      ])
      return rows
    },
  },
  {
    name: 'the members of a row',
    shows: ['row.values', 'row.rowIndex', 'row._arrayProcessedColumns'],
    differs: [
      {
        member: 'row._arrayProcessedColumns',
        kind: 'refused',
        at: '0.bookkeeping',
        governed: /undefined/,
        why: 'the driver’s own bookkeeping about raw cells',
      },
      {
        member: 'row.values',
        kind: 'differs',
        at: '0.values',
        governed: /^\[1,"number 1"\]$/,
        why: 'the masked values; the driver’s are raw texts that become values as they are read',
      },
    ],
    run: async (subject) => {
      const statement = await streamed(await subject.shared(), numbers)
      const { rows } = await fetch(statement, { endIndex: 0 }, (row) => ({
        keys: Object.keys(row)
          .filter((name) => !name.startsWith('_'))
          .toSorted(),
        bookkeeping: typeof (row as unknown as Record<string, unknown>)._arrayProcessedColumns,
        prototype: Object.getPrototypeOf(row) === Object.prototype,
        values: (row as unknown as { values: unknown }).values,
        rowIndex: (row as unknown as { rowIndex: unknown }).rowIndex,
      }))
      return rows
    },
  },
]
