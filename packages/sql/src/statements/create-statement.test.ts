import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['SSN'], V: ['SSN'] }, S: { T: ['SSN'] } } }
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'S' }).summary

test.each([
  'create or alter table t (a int)',
  '; Create /* x */ OR\nALTER transient table t (a int)',
  'create or alter view v as select ssn from t',
])('CREATE OR ALTER drops columns, and is no mere creation: %s', (sql) => {
  expect(analyze(sql)).toMatchObject({ status: 'unsupported', reason: { code: 'unknown-syntax' } })
})

// Snowflake, Object name resolution: what a view names without a schema is in the view's schema.
test.each([
  'create view C.P.W as select ssn from t',
  'create view P.W as select ssn from (select * from t) x',
  'create view P.W as select 1 as a where exists (select 1 from t)',
  "create or replace view identifier('P.W') as select ssn from t",
  'create view D.S.W as select ssn from S.t',
  'create view D.S.W as select ssn from t',
])('what a view in another schema names without one is not taken for the table of the session: %s', (sql) => {
  expect(analyze(sql)).toMatchObject({ status: 'unsupported', reason: { code: 'no-current-schema' } })
})

test.each([
  ['create view W as select ssn from t', 'C.S.T.SSN'],
  ['create view C.S.W as select ssn from t', 'C.S.T.SSN'],
  ['create view P.W as select ssn from S.t', 'C.S.T.SSN'],
  ['create view D.S.W as select ssn from C.P.t', 'C.P.T.SSN'],
  ['create view P.W as with x as (select ssn from P.t) select ssn from x', 'C.P.T.SSN'],
])('names that mean one table stay: %s', (sql, column) => {
  expect(analyze(sql)).toMatchObject({ status: 'analyzed', writes: [{ columns: [{ columns: [column] }] }] })
})
