import { execute, rowsOf } from '../observe.ts'
import type { Difference, Scenario } from '../scenario.ts'
import type { Connection } from '../subject.ts'

const flat: readonly (readonly [string, readonly unknown[]])[] = [
  ['select ? as A, ? as B', [1, 'two']],
  ['select :1 as A, :2 as B, :1 as C', ['one', 2]],
  ['select ? as A, ? as B, ? as C, ? as D', [1.5, -3, 0, 1e21]],
  ['select ? as A, ? as B', [true, false]],
  ['select ? as A', [null]],
  ['select ? as A, ? as B', ['', "quote ' and \\ and ünïcødé"]],
  ['select ? as A', [new Date(Date.UTC(2024, 1, 29, 12, 0, 0, 5))]],
  ['select parse_json(?) as A', [{ a: [1, { b: null }] }]],
  ['select ? as A', [{ a: 1 }]],
  ['select ? as A, ? as B', [Number.NaN, Number.POSITIVE_INFINITY]],
  ['select ? as A', [Buffer.from('x')]],
  ['select ? as A', [new String('boxed')]],
  ['select ID from KINDS where ID = ? and WORDS = ?', [1, 'plain text']],
  ['select ID from KINDS where DAY = ?', ['2024-02-29']],
  ['select 1 as A', []],
  ['select 1 as A', [5]],
  ['select ? as A, ? as B', [1]],
  ['select ? as A', []],
]

const bulk: readonly (readonly [string, readonly unknown[]])[] = [
  [
    'rows of one type each',
    [
      [1, true, 5, 0.5, 'a', null, '2024-01-01 00:00:00'],
      [2, false, 6, 1.5, 'b', null, '2024-01-02 00:00:00'],
    ],
  ],
  [
    'a first row of nulls',
    [
      [1, null, null, null, null, null, null],
      [2, true, 6, 1.5, 'b', null, null],
    ],
  ],
  ['a date', [[1, true, 1, 1.5, 'x', null, new Date(Date.UTC(2024, 5, 6))]]],
  ['one row', [[1, true, 1, 1.5, 'x', null, null]]],
  [
    'whole and broken numbers mixed',
    [
      [1, true, 1, 1, 'x', null, null],
      [2, true, 2, 2.5, 'y', null, null],
    ],
  ],
  [
    'rows of other lengths',
    [
      [1, true, 1, 1, 'x', null, null],
      [2, true],
    ],
  ],
  ['a row too short', [[1, true]]],
]

/** A whole date in a text is an identifier to the content detectors. */
const detected: Difference = {
  member: 'row values',
  kind: 'differs',
  at: '0.A',
  governed: /\[date\]/,
  why: 'texts that no class covers pass the content detectors of the policy, which replace what looks like an identifier',
}

const boundAfter = async (connection: Connection, binds: readonly unknown[]): Promise<unknown> => {
  const { error, rows, statement } = await execute(connection, {
    sqlText: 'insert into BOUND values (?, ?, ?, ?, ?, ?, ?)',
    binds,
  })
  const read = await rowsOf(connection, 'select * from BOUND order by ID')
  await rowsOf(connection, 'delete from BOUND')
  const { name, code, sqlState } = (error ?? {}) as { name?: unknown; code?: unknown; sqlState?: unknown }
  return { error: error ? [name, code, sqlState] : error, rows, updated: statement.getNumUpdatedRows(), read }
}

export const bindScenarios: readonly Scenario[] = [
  ...flat.map(
    ([sqlText, binds], index): Scenario => ({
      name: `binds ${index + 1}: ${sqlText}`,
      shows: ['execute.binds'],
      ...(binds[0] instanceof Date ? { differs: [detected] } : {}),
      run: async (subject) => {
        const { error, rows } = await execute(await subject.shared(), { sqlText, binds })
        const { name, code, sqlState } = (error ?? {}) as {
          name?: unknown
          code?: unknown
          sqlState?: unknown
        }
        return error ? [name, code, sqlState] : rows
      },
    }),
  ),
  ...bulk.map(
    ([what, binds]): Scenario => ({
      name: `bulk binds: ${what}`,
      shows: ['execute.binds'],
      run: async (subject) => await boundAfter(await subject.shared(), binds),
    }),
  ),
  {
    name: 'bulk binds above the threshold, which the driver sends by a stage',
    shows: ['execute.binds', 'options.arrayBindingThreshold'],
    run: async (subject) => {
      const connection = await subject.open({ arrayBindingThreshold: 20 })
      const binds = Array.from({ length: 12 }, (_, index) => [
        index,
        index % 2 === 0,
        index,
        index / 2,
        `row ${index}`,
        null,
        null,
      ])
      return await boundAfter(connection, binds)
    },
  },
  {
    name: 'a bind that says itself how it is written',
    shows: ['execute.binds'],
    run: async (subject) =>
      await rowsOf(await subject.shared(), {
        sqlText: 'select ? as A',
        binds: [{ toJSON: () => 'as told' }],
      }),
  },
  {
    name: 'an object in a bulk insert of expressions',
    shows: ['execute.binds'],
    run: async (subject) => {
      const connection = await subject.shared()
      const { error, rows } = await execute(connection, {
        sqlText: 'insert into BOUND (ID, THING) select ?, parse_json(?)',
        binds: [1, { a: [1, 2] }],
      })
      const read = await rowsOf(connection, 'select ID, THING from BOUND')
      await rowsOf(connection, 'delete from BOUND')
      return { error: error ? (error as { code: unknown }).code : error, rows, read }
    },
  },
]
