import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['ID', 'SSN'], U: ['ID', 'X'] } } }
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' }).summary

test.each([
  "select identifier('upper')(ssn) as x from t",
  "select identifier ( 'Max' ) ( ssn ) as x from t",
  "select identifier\n('regexp_substr_all')\n(ssn, 'a') as x from t",
])('a built-in function that is called by a string: %s', (sql) => {
  expect(analyze(sql)).toMatchObject({ status: 'analyzed', outputs: [{ columns: ['C.P.T.SSN'] }] })
})

test.each([
  "select identifier('not')(ssn) from t",
  "select identifier('distinct')(ssn) from t",
  "select identifier('exists')(select ssn from t)",
  "select id identifier('in')(ssn) from t",
  "select * from identifier('values')(1, 2)",
  "select * from t, identifier('lateral')(select x from u)",
  "select id from t identifier('where')(ssn = 'a')",
  "select * identifier('exclude')(ssn) from t",
  "select identifier('all')(ssn) from t",
  "select identifier('their_own')(ssn) from t",
])('no other word becomes a part of the grammar: %s', (sql) => {
  expect(analyze(sql).status).toBe('unsupported')
})
