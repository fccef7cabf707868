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

/** What the pinned column is compared with, as it is written at the place that the analysis gives. */
const pinned = (sql: string) => {
  const columns = [
    { name: 'ID', type: 'NUMBER(38,0)' },
    { name: 'V', type: 'VARIANT' },
  ]
  const { summary } = analyzer.analyze(sql, {
    catalog: { C: { P: { T: { columns } } } },
    database: 'C',
    schema: 'P',
  })
  if (summary.status === 'unsupported') return summary.reason.code
  return summary.tableUses?.flatMap(({ pins }) =>
    pins.flatMap(({ constants }) =>
      constants.map((place) => ('bind' in place ? place.bind : sql.slice(place.start, place.end))),
    ),
  )
}

test.each([
  ['a line break in what is left out', 'map\n(int, int)'],
  ['characters of two UTF-16 units in what is left out', 'object("😀😀😀😀" int)'],
])('a pin is the constant that is compared, and no other one: %s', (_name, type) => {
  // Each name stands above or before one that the next line or place would cover for it.
  for (const sql of [
    `select v::${type} from\nt where 1=1 and\nid     =5 and\nupper('a')='A'`,
    `select v::${type} a from t where 1=1 and id=5`,
    `select v::${type}\nfrom t where id = 5`,
    `select v::${type} from t where 1   =1   and     id  =5   and upper('a')='A'`,
  ])
    expect(pinned(sql)).toEqual(['5'])
})
