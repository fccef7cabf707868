import { expect, test } from 'vitest'
import { createSqlAnalyzer } from '../analyzer.ts'

const analyzer = await createSqlAnalyzer()
const catalog = {
  C: {
    P: {
      PEOPLE: ['ID', 'SSN', 'CITY'],
      OTHERS: ['SSN', 'ID', 'X'],
      VISITS: ['VISIT', 'ID', 'COST'],
      SINKS: ['A', 'B', 'C', 'D'],
      RENAMED: { columns: ['A', 'B', 'C', 'D'], definition: 'select * from people natural join others' },
      NAMED: { columns: ['SSN', 'ID', 'CITY', 'X'], definition: 'select * from people natural join others' },
    },
  },
}
const analyze = (sql: string) => analyzer.analyze(sql, { catalog, database: 'C', schema: 'P' }).summary

test.each([
  'select a from (select * from people natural join others) as x(a, b, c, d)',
  'with x(a, b, c, d) as (select * from people natural join others) select b from x',
  'select $1 from (select * from people natural join others)',
  'select x.$2 from (select * from people natural join others) x',
  'select $1 from (select * from (select * from people natural join others))',
  'select * from people natural join others union all select 1, 2, 3, 4',
  'select 1 as a, 2 as b, 3 as c, 4 as d union select * from people join others using (ssn, id)',
  'select $1 from (select * from people join others using (ssn, id))',
  'select $1 from (select * from visits join people using (id))',
  'select * from people natural join others order by 1',
  'select a from renamed',
  'insert into sinks select * from people natural join others',
  'create table made (a int, b int, c int, d int) as select * from people natural join others',
  'create view made (a, b, c, d) as select * from people natural join others',
])('no place is known where the order of a star is not: %s', (sql) => {
  expect(analyze(sql)).toMatchObject({
    status: 'unsupported',
    reason: { code: expect.stringMatching(/^(?:unknown-columns-of-relation|stale-view)$/) },
  })
})

test.each([
  ['select city from (select * from people natural join others)', ['C.P.PEOPLE.CITY']],
  ['select x from (select * from people natural join others) union all select 1', ['C.P.OTHERS.X']],
  [
    'with j as (select * from visits join people using (id)) select city from j order by 1',
    ['C.P.PEOPLE.CITY'],
  ],
  ['select $3 from (select * from people join visits using (id))', ['C.P.PEOPLE.CITY']],
  ['select c from (select * from people join visits using (id)) as x(a, b, c, d, e)', ['C.P.PEOPLE.CITY']],
  ['select city from named', ['C.P.PEOPLE.CITY']],
  ['select ssn from named', ['C.P.OTHERS.SSN', 'C.P.PEOPLE.SSN']],
  ['select $1 from named', ['C.P.OTHERS.SSN', 'C.P.PEOPLE.SSN']],
])('a name, or a place that is certain, means one column: %s', (sql, columns) => {
  expect(analyze(sql)).toMatchObject({ status: 'analyzed', outputs: [{ columns }] })
})

test('a result of such a star is compared by its names', () => {
  expect(analyze('select * from people natural join others').status).toBe('analyzed')
})
