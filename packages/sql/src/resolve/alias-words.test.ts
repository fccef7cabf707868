import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['ID', 'SSN'] } } }
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' }).summary

test('GLOBAL before FULL JOIN is the alias of a table, and no kind of join', () => {
  const inner = 'select max(global.ssn) from t global full join (select 1 as one) b on true'
  expect(analyze(`select (${inner}) as y from (select 'x' as ssn) global`).status).toBe('unsupported')
})

const columnsOf = (sql: string): readonly string[] | null => {
  const summary = analyze(sql)
  return summary.status === 'analyzed' ? (summary.outputs.at(-1)?.columns ?? []) : null
}

test.each(['outer', 'asof', 'semi', 'anti', 'directed', 'global'])(
  'a word that may be an alias or belong to a join is read as neither: %s',
  (word) => {
    for (const called of [word, 't']) {
      const inner = `select max(${called}.ssn) from t ${word} join (select 1 as one) b on true`
      expect(columnsOf(`select (${inner}) as y from (select 'x' as ssn) as ${called}`)).toBeNull()
    }
    expect(columnsOf(`select "${word.toUpperCase()}".ssn from t "${word.toUpperCase()}"`)).toEqual([
      'C.P.T.SSN',
    ])
  },
)

test.each([
  `select (select max(ssn) collate from t) as y from (select 'x' as ssn)`,
  `select (select max(ssn) collate en from t) as y from (select 'x' as ssn)`,
  `select (select max(ssn) over from t) as y from (select 'x' as ssn)`,
  `select (select max(ssn) over from t window "FROM" as (order by 1)) as y from (select 'x' as ssn)`,
])('no word of the grammar becomes a name: %s', (sql) => {
  expect(columnsOf(sql)).toBeNull()
})

test.each(['both', 'leading', 'trailing'])('an alias that is called %s stays one inside of TRIM', (word) => {
  for (const inside of [`${word} + 0`, `${word} - 1`, `${word} || ''`, `${word}, '1'`, word]) {
    const columns = columnsOf(`select ssn as ${word}, trim(${inside}) as y from t`)
    if (columns !== null) expect(columns).toEqual(['C.P.T.SSN'])
  }
})

test('a collation is a string', () => {
  expect(columnsOf(`select ssn collate 'en-ci' as y from t`)).toEqual(['C.P.T.SSN'])
})

test('a path into a column is not taken for a column of a relation further out', () => {
  const columns = [
    { name: 'V', type: 'VARIANT' },
    { name: 'N', type: 'NUMBER(38,0)' },
  ]
  const read = (sql: string) =>
    analyzer.analyze(sql, { catalog: { C: { P: { T: { columns } } } }, database: 'C', schema: 'P' }).summary
  expect(read(`select (select max(v.a) from t) as y from (select 'x' as a) v`).status).toBe('unsupported')
  expect(read(`select (select max(n.a) from t) as y from (select 'x' as a) n`).status).toBe('analyzed')
  expect(read(`select v.a from t, (select 'x' as a) v`).status).toBe('analyzed')
})

test.each(['cross', 'left', 'using', 'case', 'view'])('a column may be called %s after AS', (word) => {
  expect(columnsOf(`select id, ssn as ${word} from t`)).toEqual(['C.P.T.SSN'])
  expect(columnsOf(`select ${word} from (select ssn as "${word.toUpperCase()}" from t)`)).toBeOneOf([
    null,
    ['C.P.T.SSN'],
  ])
})
