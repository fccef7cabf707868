import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['A', 'B'] } } }

const placeOfProblem = (sql: string) => {
  const { summary } = analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' })
  return summary.status === 'unsupported' ? [summary.reason.line, summary.reason.column] : null
}

test('a problem is told at its place in the text as it was written', () => {
  expect(placeOfProblem('select {*}, nope from t')).toEqual([1, 13])
  expect(placeOfProblem("select '😀' x, {*}, {* exclude a}, nope from t")).toEqual([1, 35])
  expect(placeOfProblem('select {*}\n  as o,\n  nope from t')).toEqual([3, 3])
  expect(placeOfProblem('select rank() over w from t window w as (order by nope)')).toEqual([1, 51])
})

test('a text that cannot be parsed is told at its place too', () => {
  expect(placeOfProblem('select {*}, {*} from t where where')).toEqual([1, 30])
})
