import { inspect, isDeepStrictEqual } from 'node:util'
import { execute, rowsOf } from '../observe.ts'
import type { Scenario } from '../scenario.ts'
import type { Connection } from '../subject.ts'

const everyKind = 'select * from KINDS order by ID'

const rowModes = ['object', 'array', 'object_with_renamed_duplicated_columns'] as const
const nativeTypes = [
  'String',
  'Boolean',
  'Number',
  'Date',
  'JSON',
  'Buffer',
  'Object',
  'Array',
  'Map',
] as const

const firstDay = async (connection: Connection): Promise<Date> => {
  const rows = await rowsOf(connection, {
    sqlText: 'select DAY, LOCAL_TIME from KINDS where ID = 1',
    rowMode: 'array',
  })
  return (rows as Date[][])[0]![1]!
}

export const valueScenarios: readonly Scenario[] = [
  ...rowModes.map(
    (rowMode): Scenario => ({
      name: `values of every type, in rows of mode ${rowMode}`,
      shows: ['row values', 'execute.rowMode'],
      run: async (subject) => await rowsOf(await subject.shared(), { sqlText: everyKind, rowMode }),
    }),
  ),
  ...rowModes.map(
    (rowMode): Scenario => ({
      name: `names that repeat, in rows of mode ${rowMode}`,
      shows: ['execute.rowMode'],
      run: async (subject) =>
        await rowsOf(await subject.shared(), {
          sqlText:
            'select ID as A, WORDS as A, WHOLE as "a", FLAG as A_2, ID as A from KINDS order by KINDS.ID limit 2',
          rowMode,
        }),
    }),
  ),
  {
    name: 'the row mode of the connection, and one of the statement that overrides it',
    shows: ['options.rowMode', 'execute.rowMode'],
    run: async (subject) => {
      const connection = await subject.open({ rowMode: 'array' })
      const sqlText = 'select ID, FLAG from KINDS order by ID limit 2'
      return [await rowsOf(connection, sqlText), await rowsOf(connection, { sqlText, rowMode: 'object' })]
    },
  },
  {
    name: 'a date as text, as JSON, as a number, in a copy, and as a Date like any other',
    shows: ['row values'],
    run: async (subject) => {
      const connection = await subject.shared()
      const date = await firstDay(connection)
      return {
        text: [String(date), `${date}`, date.toISOString(), date.toUTCString(), JSON.stringify({ date })],
        number: [date.getTime(), Number(date), date > new Date(0)],
        type: [date instanceof Date, Object.prototype.toString.call(date), date.constructor === Date],
        copies: [new Date(date), structuredClone(new Date(date.getTime()))],
        isChangeable: [date.setUTCFullYear(2001), date.toISOString()],
      }
    },
  },
  {
    name: 'the added methods of a date are members of its own',
    shows: ['row values'],
    differs: [
      {
        member: 'row values',
        kind: 'differs',
        at: 'own',
        governed: /./,
        only: 'fast',
        why: 'the methods that the driver adds to a Date stand on its prototype, so building one costs a tenth',
      },
    ],
    run: async (subject) => {
      const date = await firstDay(await subject.shared())
      return {
        own: [Object.keys(date), isDeepStrictEqual(date, new Date(date.getTime())), inspect(date)],
      }
    },
  },
  ...[...nativeTypes.map((type) => [type]), [...nativeTypes], []].map(
    (fetchAsString): Scenario => ({
      name: `fetchAsString [${fetchAsString.join(', ')}] of a statement`,
      shows: ['execute.fetchAsString'],
      run: async (subject) => await rowsOf(await subject.shared(), { sqlText: everyKind, fetchAsString }),
    }),
  ),
  {
    name: 'fetchAsString in lower case, of the connection, of the statement and of the stream',
    shows: ['options.fetchAsString', 'execute.fetchAsString', 'statement.streamRows'],
    run: async (subject) => {
      const connection = await subject.open({ fetchAsString: ['Number', 'date'] })
      const { statement } = await execute(connection, {
        sqlText: everyKind,
        fetchAsString: ['boolean'],
        streamResult: true,
      })
      const { statement: plain } = await execute(connection, { sqlText: everyKind, streamResult: true })
      return [
        await rowsOf(connection, everyKind),
        await statement.streamRows().toArray(),
        await statement.streamRows({ fetchAsString: ['Number'] }).toArray(),
        await statement.streamRows({ fetchAsString: [] }).toArray(),
        await plain.streamRows({ start: 1, fetchAsString: ['JSON', 'Buffer'] }).toArray(),
        await plain.streamRows().toArray(),
      ]
    },
  },
  {
    name: 'NULL as a string, by the option that says how',
    shows: ['options.representNullAsStringNull'],
    run: async (subject) => {
      const strings = {
        sqlText: 'select WORDS, ID, DAY, CLOCK, FLAG, ANYTHING from KINDS where ID = 4',
        fetchAsString: nativeTypes,
      }
      const as = await rowsOf(await subject.open({ representNullAsStringNull: false }), strings)
      return [as, await rowsOf(await subject.open({ representNullAsStringNull: true }), strings)]
    },
  },
  {
    name: 'integers as big integers, by the connection and by its session',
    shows: ['options.jsTreatIntegerAsBigInt', 'row values', 'connection.getJsTreatIntegerAsBigInt'],
    run: async (subject) => {
      const connection = await subject.open({ jsTreatIntegerAsBigInt: true })
      const sqlText = 'select ID, BIG, EXACT, ROUGH, 5 as FIVE from KINDS order by ID'
      return [
        connection.getJsTreatIntegerAsBigInt(),
        await rowsOf(connection, sqlText),
        await rowsOf(connection, { sqlText, fetchAsString: ['Number'] }),
      ]
    },
  },
  {
    name: 'numbers that JavaScript cannot hold, and values that look like others',
    shows: ['row values'],
    run: async (subject) =>
      await rowsOf(await subject.shared(), {
        sqlText: `select 'NaN'::float as A, 'inf'::float as B, '-inf'::float as C, 12345678901234567890123456789012345678 as D,
          'NULL' as E, '' as F, null as G, 'true' as H, true as I, 1.10 as J, 1e3 as K, '{"a":1}' as L`,
      }),
  },
  {
    name: 'a result without rows, and without columns that say anything',
    shows: ['execute.complete'],
    run: async (subject) => {
      const { rows, statement } = await execute(await subject.shared(), {
        sqlText: 'select * from KINDS where ID = 0',
      })
      return [rows, statement.getNumRows(), statement.getColumns()?.map((column) => column.getName())]
    },
  },
  {
    name: 'a row is a plain object or array, and its members come in the order of the columns',
    shows: ['row values'],
    run: async (subject) => {
      const sqlText =
        'select WORDS as "10", ID as "2", FLAG as B, ID as A, WORDS as "length" from KINDS where ID = 1'
      const connection = await subject.shared()
      const seen = []
      for (const rowMode of rowModes) {
        const [row] = (await rowsOf(connection, { sqlText, rowMode })) as object[]
        seen.push([
          Reflect.ownKeys(row!).map(String),
          Object.getPrototypeOf(row) === (rowMode === 'array' ? Array.prototype : Object.prototype),
          Object.getOwnPropertyDescriptor(row, 0) ?? Object.getOwnPropertyDescriptor(row, 'B'),
          [Object.isFrozen(row), Object.isExtensible(row)],
        ])
      }
      return seen
    },
  },
  {
    name: 'the sql formats of the session change how dates are written',
    shows: ['execute.parameters', 'row values'],
    run: async (subject) => {
      const connection = await subject.open()
      const sqlText = 'select DAY, CLOCK, LOCAL_TIME, HERE, THERE from KINDS where ID < 3 order by ID'
      const strings = { sqlText, fetchAsString: ['Date'] }
      return [
        await rowsOf(connection, strings),
        await rowsOf(connection, {
          ...strings,
          parameters: {
            DATE_OUTPUT_FORMAT: 'DD-MON-YYYY',
            TIMEZONE: 'America/New_York',
            TIME_OUTPUT_FORMAT: 'HH24:MI',
          },
        }),
        await rowsOf(connection, "alter session set TIMEZONE = 'Europe/Paris'"),
        await rowsOf(connection, strings),
        await rowsOf(connection, sqlText),
      ]
    },
  },
]
