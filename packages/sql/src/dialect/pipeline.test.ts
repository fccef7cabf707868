import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['ID', 'SSN', 'SEX'], U: ['ID', 'X'] } } }
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' }).summary

/** What is asked of the data, without the text. */
const meaningOf = (sql: string) => {
  const { text: _text, fingerprint: _fingerprint, digest: _digest, ...meaning } = analyze(sql)
  return { ...meaning, tableUses: null }
}

test.each([
  [
    'select id, sex from t ->> select count(*) as n from $1',
    'with a as (select id, sex from t) select count(*) as n from a',
  ],
  [
    'select id, ssn from t ->> select ssn from $1 where id > 1 ->> select max(ssn) as m from $1',
    'with a as (select id, ssn from t), b as (select ssn from a where id > 1) select max(ssn) as m from b',
  ],
  [
    'select sex from t ->> select ssn from t ->> select a.sex, b.ssn from $2 as a join $1 b on a.sex = b.ssn',
    'with x as (select sex from t), y as (select ssn from t) select a.sex, b.ssn from x as a join y b on a.sex = b.ssn',
  ],
  [
    'with x as (select ssn from t) select * from x ->> with y as (select ssn as s from $1) select s from y;',
    'with q as (with x as (select ssn from t) select * from x), y as (select ssn as s from q) select s from y',
  ],
  [
    'select 1 as i ->> with recursive r as (select i from $1 union all select i + 1 from r where i < 3) select i from r',
    'with recursive q as (select 1 as i), r as (select i from q union all select i + 1 from r where i < 3) select i from r',
  ],
  [
    "select id from t where ssn = 'x' ->> select 1 as one",
    "with q as (select id from t where ssn = 'x') select 1 as one",
  ],
  [
    'select id from t order by ssn ->> select * from $1',
    'with q as (select id from t order by ssn) select * from q',
  ],
  [
    'select id from t ->> select (select max(id) from $1) as m',
    'with q as (select id from t) select (select max(id) from q) as m',
  ],
])('%s asks what common tables ask', (pipeline, common) => {
  expect(analyze(common).status).toBe('analyzed')
  expect(meaningOf(pipeline)).toEqual(meaningOf(common))
})

test.each([
  'select sex from t ->> select $1 from $1',
  'select sex from t ->> select sex from $2',
  'select sex from t ->> select sex from $0',
  'select sex from $1 ->> select 1 as x',
  'select sex from t ->> delete from t',
  'delete from t ->> select * from $1',
  'select sex from t ->> select sex from u, $1',
  'select sex from t ->> select sex from $1 where sex is distinct from $1',
  'with ssn as (select sex from t) select * from ssn ->> select * from ssn',
  'with t as (select x as ssn from u) select ssn from t ->> select x from t',
  'select (select sex from t ->> select 1) as x',
  'insert into t select 1, 2, 3 ->> select * from $1',
  'create table w as select ssn from t ->> select * from $1',
  'select sex from t ->> select sex from $1; select ssn from t',
  'select sex from t ->>',
  '->> select 1',
])('%s is not read as something else', (sql) => {
  expect(analyze(sql).status).toBe('unsupported')
})

test('a problem is told at its place', () => {
  expect(analyze('select sex from t ->>\n  select nosuch from $1')).toMatchObject({
    status: 'unsupported',
    reason: { code: 'unknown-column', line: 2, column: 10 },
  })
})
