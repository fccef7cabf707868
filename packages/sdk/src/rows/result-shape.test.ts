import type { AnalyzedStatement, ColumnDecision, Effect, OutputColumn } from '@snowfence/core'
import { expect, test } from 'vitest'
import type { DriverColumn } from '../driver/snowflake-driver.ts'
import { checkResultShape } from './result-shape.ts'

const output = (name: string | null): OutputColumn => ({ name, columns: [], flows: [] })
const decided = (name: string | null): ColumnDecision => ({
  name,
  sources: [],
  classes: ['ssn'],
  mask: { kind: 'withhold' },
  because: 'a class',
})
const came = (name: string): DriverColumn =>
  ({ getName: () => name, getType: () => 'text' }) as unknown as DriverColumn

const summary = (
  effects: readonly Effect[],
  outputs: readonly OutputColumn[],
  tables: readonly string[] = ['C.P.T'],
) =>
  ({
    status: 'analyzed',
    effects,
    outputs,
    reads: tables.map((table) => ({ table, columns: [] })),
  }) as unknown as AnalyzedStatement

const mismatch = expect.objectContaining({ snowfenceCode: 'ERR_RESULT_SHAPE_MISMATCH' })

test('columns are paired with their masks by position', () => {
  const columns = checkResultShape(
    summary(['select'], [output('A'), output(null)]),
    [decided('A'), decided(null)],
    [came('A'), came('LOWER(B)')],
  )
  expect(columns.map(({ name, mask }) => [name, mask?.kind])).toEqual([
    ['A', 'withhold'],
    ['LOWER(B)', 'withhold'],
  ])
})

test.each([
  ['one column more', [came('A'), came('B')]],
  ['one column fewer', []],
  ['another name', [came('B')]],
  ['another case', [came('a')]],
])('a result with %s is discarded', (_what, columns) => {
  expect(() => checkResultShape(summary(['select'], [output('A')]), [decided('A')], columns)).toThrowError(
    mismatch,
  )
})

const repeated: OutputColumn = { ...output(null), repeats: true }

test.each([
  [['D'], []],
  [['D', 'x'], ['withhold']],
  [
    ['D', 'x', 'y', 'z'],
    ['withhold', 'withhold', 'withhold'],
  ],
])('an output that stands for several columns covers %j', (names, masks) => {
  const columns = checkResultShape(
    summary(['select'], [output('D'), repeated]),
    [{ ...decided('D'), mask: null }, decided(null)],
    names.map(came),
  )
  expect(columns.map(({ mask }) => mask?.kind ?? 'shown')).toEqual(['shown', ...masks])
  expect(columns.map(({ isNamedByValue }) => isNamedByValue === true)).toEqual([
    false,
    ...masks.map(() => true),
  ])
})

test('the columns in front of it are needed all the same', () => {
  expect(() =>
    checkResultShape(summary(['select'], [output('D'), repeated]), [decided('D'), decided(null)], []),
  ).toThrowError(mismatch)
  expect(() =>
    checkResultShape(
      summary(['select'], [output('D'), repeated]),
      [decided('D'), decided(null)],
      [came('x')],
    ),
  ).toThrowError(mismatch)
})

test('a decision that does not cover every output is refused', () => {
  expect(() => checkResultShape(summary(['select'], [output('A')]), [], [came('A')])).toThrowError(mismatch)
})

test.each<[string, Effect[], string[]]>([
  ['an insert', ['insert'], ['number of rows inserted']],
  ['an insert from a query', ['select', 'insert'], ['number of rows inserted']],
  ['an update', ['update'], ['number of rows updated', 'number of multi-joined rows updated']],
  ['a merge', ['select', 'merge'], ['number of rows inserted', 'number of rows updated']],
  ['a command', ['create'], ['status']],
  ['a table made from a query', ['select', 'create'], ['status']],
  ['metadata', ['metadata'], ['created_on', 'name', 'owner']],
])('the warehouse may say what %s did', (_what, effects, names) => {
  const columns = checkResultShape(summary(effects, []), [], names.map(came))
  expect(columns.map(({ mask }) => mask)).toEqual(names.map(() => null))
})

test.each<[string, Effect[], string[]]>([
  ['a load that only validates', ['insert'], ['SSN', 'NAME']],
  ['a call', ['call'], ['RESULT']],
  ['a query without outputs', ['select'], ['X']],
  ['a command', ['create'], ['status', 'SSN']],
  ['no effect at all', [], ['X']],
])('columns that %s should not have are discarded', (_what, effects, names) => {
  expect(() => checkResultShape(summary(effects, []), [], names.map(came))).toThrowError(mismatch)
})

test('what a load quotes of its data is withheld', () => {
  const columns = checkResultShape(summary(['insert'], []), [], [came('file'), came('first_error')])
  expect(columns.map(({ mask }) => mask?.kind ?? null)).toEqual([null, 'withhold'])
})

test('what a definition quotes is withheld, and its names and types are shown', () => {
  const names = ['name', 'type', 'default', 'comment', 'text', 'policy name']
  const columns = checkResultShape(summary(['metadata'], []), [], names.map(came))
  expect(columns.map(({ mask }) => mask?.kind ?? null)).toEqual([
    null,
    null,
    'withhold',
    'withhold',
    'withhold',
    null,
  ])
})

const objects = 'C.INFORMATION_SCHEMA.TABLES'
const shapeOf = (names: readonly (string | null)[], came_: readonly string[], tables = [objects]) =>
  checkResultShape(
    summary(['select'], names.map(output), tables),
    names.map((name) => ({ ...decided(name), mask: name === 'SHOWN' ? null : { kind: 'withhold' } })),
    came_.map(came),
  ).map(({ name, mask }) => [name, mask?.kind ?? 'shown'])

test('columns of INFORMATION_SCHEMA are paired by their names, and new ones are withheld', () => {
  expect(shapeOf(['HIDDEN', 'SHOWN', 'GONE'], ['SHOWN', 'NEW', 'HIDDEN'])).toEqual([
    ['SHOWN', 'shown'],
    ['NEW', 'withhold'],
    ['HIDDEN', 'withhold'],
  ])
})

test.each([
  ['a table with data is read too', ['SHOWN'], ['SHOWN', 'NEW'], [objects, 'C.P.T']],
  ['a column has no certain name', ['SHOWN', null], ['SHOWN'], [objects]],
  ['two columns are foreseen under one name', ['SHOWN', 'SHOWN'], ['SHOWN'], [objects]],
  ['two columns come back under one name', ['SHOWN'], ['SHOWN', 'SHOWN'], [objects]],
  ['nothing is read', ['SHOWN'], ['SHOWN', 'NEW'], []],
  ['a schema only ends like it', ['SHOWN'], ['SHOWN', 'NEW'], ['C."X.INFORMATION_SCHEMA".T']],
])('names are not trusted where %s', (_case, foreseen, names, tables) => {
  expect(() => shapeOf(foreseen, names, tables)).toThrowError(mismatch)
})
