import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['ID', 'SSN', 'SEX'], U: ['ID', 'X'] } } }
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' }).summary

// In each, Snowflake takes the column that has the name it made up of `upper(ssn)`, `(ssn)` or a value, and not the other.
test.each([
  `select (select max("UPPER(SSN)") from (select upper(ssn) from t)) as y from (select 'x' as "UPPER(SSN)")`,
  `select (select max("UPPER(SSN)") from (select upper(ssn) from t union all select 'a')) y from (select 'x' as "UPPER(SSN)")`,
  `select (select max("UPPER(SSN)") from (select * from (select upper(ssn) from t))) y from (select 'x' as "UPPER(SSN)")`,
  `with c as (select upper(ssn) from t) select (select max("UPPER(SSN)") from c) y from (select 'x' as "UPPER(SSN)")`,
  `select (select max(y) from (select upper(ssn), "UPPER(SSN)" as y from t)) z from (select 'x' as "UPPER(SSN)")`,
  `select (select max(id) from (select id, upper(ssn) from t order by "UPPER(SSN)" limit 1)) y from (select 'x' as "UPPER(SSN)")`,
  `select 'x' as "UPPER(SSN)", lower("UPPER(SSN)") as y from (select upper(ssn) from t)`,
  `select 'x' as "SSN:A", "SSN:A"::varchar as y from (select ssn:a from t)`,
  `select 'x' as ssn, lower(ssn) as y from (select identifier('ssn') from t)`,
  `select 'x' as ssn, lower(ssn) as y from (select (ssn) from t)`,
  `select 'x' as ssn, lower(ssn) as y from (select +ssn from t)`,
  `select 'x' as "'M'", lower("'M'") as y from (select ssn, sex from t) pivot (max(ssn) for sex in (any))`,
  `select 'x' as "1", lower("1") as y from (select ssn, id from t) pivot (max(ssn) for id in (01))`,
  `select 'x' as "1", lower("1") as y from (select ssn, id from t) pivot (max(ssn) for id in (1.0))`,
  `select 'x' as "'a'b'", lower("'a'b'") as y from (select ssn, sex from t) pivot (max(ssn) for sex in ('a''b'))`,
])('a name that Snowflake may have made up for a column means no other one: %s', (sql) => {
  expect(analyze(sql)).toMatchObject({ status: 'unsupported', reason: { code: 'ambiguous-column' } })
})

test.each([
  `select count(*) from (select identifier('ssn') from t) natural join (select 'a' as ssn)`,
  `select count(*) from (select upper(ssn) from t) natural join (select 'a' as "UPPER(SSN)")`,
  `select count(*) from (select 'a' as "UPPER(SSN)") natural join (select upper(ssn) from t)`,
  `select count(*) from (select upper(ssn) from t) natural join (select upper(ssn) from (select 'a' as ssn))`,
  `select object_construct(* ilike '%upper%') as o from (select upper(ssn) from t)`,
  `select {* ilike '%upper%'} as o from (select upper(ssn) from t)`,
  `select "UPPER(SSN)" from (select * from (select upper(ssn) from t) union all by name select 'a' as "UPPER(SSN)")`,
])('where names choose columns each column has one: %s', (sql) => {
  expect(analyze(sql).status).toBe('unsupported')
})

test.each([
  ['select m from (select upper(ssn), max(sex) as m from t group by 1)', ['C.P.T.SEX']],
  ['select "Total" from (select max(ssn), max(sex) as "Total" from t)', ['C.P.T.SEX']],
  [
    'select (select max("o"."My Id") from (select 1 from t) i) as m from (select id as "My Id" from u) "o"',
    ['C.P.U.ID'],
  ],
  ['select (select max(x) from (select upper(ssn) from t)) as m from u', ['C.P.U.X']],
  ['select (select "X" from (select count(*) from t)) as m from u', ['C.P.U.X']],
  [
    `select "'M'" from (select id, sex from t) pivot (max(id) for sex in ('M', 'F'))`,
    ['C.P.T.ID', 'C.P.T.SEX'],
  ],
  ['select max(n) as m from (select id as n from t) natural join (select count(*) from u)', ['C.P.T.ID']],
])('a name that is a column stays one: %s', (sql, columns) => {
  expect(analyze(sql)).toMatchObject({ status: 'analyzed', outputs: [{ columns }] })
})

const uses = (sql: string) => {
  const summary = analyze(sql)
  if (summary.status !== 'analyzed') throw new Error(summary.reason.message)
  return summary.uses
}

test('what a star calls its columns may be meant wherever an alias may be', () => {
  expect(uses(`select * replace (ssn as sex) from t order by sex || ''`).order).toEqual([
    'C.P.T.SEX',
    'C.P.T.SSN',
  ])
  expect(uses(`select t.* replace (ssn as sex) from t where sex = 'a'`).filter).toEqual([
    'C.P.T.SEX',
    'C.P.T.SSN',
  ])
  expect(uses(`select * replace (upper(sex) as sex) from t where sex = 'a'`).filter).toEqual(['C.P.T.SEX'])
  const renamed = `select * rename (ssn as x), x as y from t`
  expect(analyze(`select (select max(y) from (${renamed})) as m from (select 'a' as x)`)).toMatchObject({
    status: 'analyzed',
    outputs: [{ columns: ['C.P.T.SSN'] }],
  })
})
