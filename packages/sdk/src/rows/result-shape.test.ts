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

const summary = (effects: readonly Effect[], outputs: readonly OutputColumn[]) =>
  ({ status: 'analyzed', effects, outputs }) as unknown as AnalyzedStatement

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

test('a decision that does not cover every output is refused', () => {
  expect(() => checkResultShape(summary(['select'], [output('A')]), [], [came('A')])).toThrowError(mismatch)
})

test('the status rows of a write pass, those of a call or a select without outputs do not', () => {
  expect(
    checkResultShape(summary(['insert'], []), [], [came('number of rows inserted')]).map(({ mask }) => mask),
  ).toEqual([null])
  for (const effect of ['call', 'select', 'export', 'get'] as const)
    expect(() => checkResultShape(summary([effect], []), [], [came('X')])).toThrowError(mismatch)
})
