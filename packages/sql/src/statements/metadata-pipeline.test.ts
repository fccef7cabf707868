import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = { C: { P: { T: ['ID', 'SSN', '"name"'] } } }
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' }).summary

test.each([
  [
    'show tables ->> select "name", "rows" from $1 where "rows" > 0 order by "rows" desc limit 5',
    ['name', 'rows'],
  ],
  ['show terse views in schema C.P ->> select upper("name") as N from $1;', ['N']],
  ['show tables ->> select "name" as N from $1 ->> select count(*) as HOW_MANY from $1', ['HOW_MANY']],
  ['show tables ->> with X as (select "name" as N from $1) select N from X where N like \'P%\'', ['N']],
  ['desc table T ->> select "name", "type" from $1 where "null?" = \'Y\'', ['name', 'type']],
  ['show parameters ->> select "value" from $1 where "key" = \'TIMEZONE\'', ['value']],
  // The names of the result say which columns are shown.
  ['show tables ->> select * from $1', []],
  ['show tables ->> select * from $1 as X where X."rows" > 0 order by X."name"', []],
])('%s reads metadata alone', (sql, names) => {
  expect(analyze(sql)).toMatchObject({
    status: 'analyzed',
    effects: ['metadata'],
    reads: [],
    outputs: names.map((name) => ({ name, columns: [] })),
  })
})

// What people wrote into a definition is hidden, under every name that it can be given.
test.each([
  'show tables ->> select "comment" from $1',
  'show tables ->> select * from $1 where "comment" like \'x%\'',
  'show views ->> select \'x\' as "text", "text" from $1',
  'show tables ->> select $1 from $1',
  'show tables ->> select *, "name" from $1',
  'show tables ->> select X.* from $1 X',
  'show tables ->> select * exclude "name" from $1',
  'show tables ->> select * rename "comment" as "name" from $1',
  'show tables ->> select {*} from $1',
  'show tables ->> select hash(*) from $1',
  'show tables ->> select * from $1 as X(a, "name")',
  'show tables ->> select "name" from $1 as X(a, "name")',
  'show tables ->> select "name" from $1 X (a, "name")',
  'show tables ->> select "name" from (select * from $1)',
  'show tables ->> select * from $1 ->> select "name" from $1',
  'show tables ->> select * from $1 union all select "kind" from $1',
  'show tables ->> select "name" from $1 union select "kind" from $1',
  'show tables ->> select identifier(\'"comment"\') from $1',
  'show tables ->> select "name" from $1 natural join $1',
  'show tables ->> select * from $1 unpivot (v for n in ("name", "kind"))',
  'show functions ->> select "description" from $1',
  'describe function f(int) ->> select "value" from $1',
])('%s shows nothing hidden', (sql) => {
  expect(analyze(sql).status).toBe('unsupported')
})

test.each([
  'show tables ->> select "name", SSN from $1, T',
  'show tables ->> select "name" from $1 join T on true',
  'show tables ->> select "name", (select max(SSN) from T) as m from $1',
  'show tables ->> select "name" from $1 where exists (select 1 from INFORMATION_SCHEMA.TABLES)',
  'describe result \'x\' ->> select "name" from $1',
  'show tables ->> delete from T',
  'show tables ->> insert into T select "name" from $1',
])('%s reads or does something else too, and is refused', (sql) => {
  expect(analyze(sql).status).toBe('unsupported')
})
