import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['A', 'B'] } } }

const told = (sql: string): string => {
  const { summary } = analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' })
  if (summary.status === 'analyzed') return 'analysed'
  const { code, line, column, message, hint } = summary.reason
  return `${code} ${line}:${column} ${message}; ${hint}`
}

test.each([
  ['```sql\nselect a from t\n```', 'markdown-fence 1:1'],
  ['select a from t\n```', 'markdown-fence 2:1'],
  ['select `a` from t', 'backtick 1:8'],
  ['select a from t where b = ‘x’', 'typographic-quote 1:27'],
  ['select “a” from t', 'typographic-quote 1:8'],
  ['select a\u00a0from t', 'invisible-character 1:9'],
  ['select a -- 1\nfrom t # all', 'hash-sign 2:8'],
  ['select a ＋ b from t', 'unreadable-character 1:10'],
])('%j is told as what it is', (sql, beginning) => {
  expect(told(sql)).toContain(beginning)
})

test.each([
  ['Here is the query you asked for:\n\nselect a from t', '1:1'],
  ['Sure! select a from t', '1:1'],
  ['select a from t;\n\nThis query shows every row.', '3:1'],
  ['select a from t\n\nThis query shows every row of it.', '3:1'],
])('an explanation around a statement is told as that: %j', (sql, place) => {
  expect(told(sql)).toMatch(new RegExp(`^words-around-statement ${place} .*send the statement alone`))
})

test.each([
  ['select count(*) filter (where a = 1) from t', '1:17', 'COUNT_IF'],
  ['select a into :x from t', '1:10', 'from the result'],
  ['select a from t limit 5, 10', '1:17', 'LIMIT m OFFSET n'],
  ['select distinct on (a) a, b from t', '1:8', 'QUALIFY'],
  ['select * from t cross apply f(a)', '1:17', 'LATERAL'],
  ["select * ilike 'a%' exclude b from t", '1:10', 'name the columns'],
  ['select a from t ->> delete from t', '1:17', 'one at a time'],
])('%j is told with what to write instead', (sql, place, hint) => {
  expect(told(sql)).toContain(` ${place} `)
  expect(told(sql)).toContain(hint)
})

test('a word that does not fit is named, and a value is not', () => {
  expect(told('select a from t where )')).toMatch(/^syntax-error 1:23 .*`\)`/)
  expect(told('select a from t order t')).toMatch(/^syntax-error 1:17 .*`order`/)
  expect(told("select a from t 'John Smith' 'x'")).not.toContain('Smith')
  expect(told('select a from t where (b = 1')).toContain('ends too early')
})
