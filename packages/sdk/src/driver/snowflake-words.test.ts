import { createSqlAnalyzer } from '@snowfence/sql'
import { expect, test } from 'vitest'
import { snowflakeWordsFor, textsWithoutValues } from './snowflake-words.ts'

const analyzer = await createSqlAnalyzer()
const wordsOf = (sql: string) => {
  const catalog = { C: { P: { T: ['A'] } } }
  const { summary } = analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' })
  return summary.status === 'unsupported' ? snowflakeWordsFor(summary.reason) : undefined
}

test('mistakes are told in the words of Snowflake, with its codes', () => {
  expect(wordsOf('select 1 from nosuch')).toEqual({
    code: '002003',
    sqlState: '42S02',
    text: "SQL compilation error:\nObject 'NOSUCH' does not exist or not authorized.",
  })
  expect(wordsOf('select a,\n  nosuch from t')).toEqual({
    code: '000904',
    sqlState: '42000',
    text: "SQL compilation error: error line 2 at position 2\ninvalid identifier 'NOSUCH'",
  })
  expect(wordsOf('select 1; select 2')?.code).toBe('000008')
})

test.each([
  ['select a from t where', "line 1 at position 21 unexpected '<EOF>'."],
  ['select a\nfrom t where = 1', "line 2 at position 13 unexpected '='."],
  ['select a from t order order by a', "line 1 at position 16 unexpected 'order'."],
  ["select a from t where a = 1 'John Smith'", "line 1 at position 28 unexpected '…'."],
])('a syntax error is told with its place and word, and never with a value: %s', (sql, text) => {
  expect(wordsOf(sql)).toEqual({
    code: '001003',
    sqlState: '42000',
    text: `SQL compilation error:\nsyntax error ${text}`,
  })
})

test.each([
  'show tables ->> delete from t',
  'select count(*) filter (where a = 1) from t',
  'select * from (select a from t) match_recognize (order by a pattern (x) define x as true)',
])('a construct that is refused is told in our own words: %s', (sql) => {
  expect(wordsOf(sql)).toBeNull()
})

test('a quoted name, which can be a value, is not repeated', () => {
  expect(wordsOf('select "John Smith" from t')?.text).not.toContain('Smith')
})

test('what may be valid in Snowflake has none of its words', () => {
  expect(wordsOf('select my_udf(a) from t')).toBeNull()
})

test('no text without values has a digit or a quoted word, which could be one', () => {
  for (const text of Object.values(textsWithoutValues)) expect(text).not.toMatch(/\d|'[^…']+'/)
})
