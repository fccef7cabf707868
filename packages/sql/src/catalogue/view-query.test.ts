import { expect, test } from 'vitest'
import { viewQuery } from './view-query.ts'

test.each([
  ['select 1', 'select 1'],
  ['create view v as select 1;', ' select 1'],
  [
    "create or replace secure view v(a comment 'as select') copy grants as with b as (select 1) select * from b",
    ' with b as (select 1) select * from b',
  ],
  ['create view v (a) as -- as select 2\n select 1', ' select 1'],
])('the query of `%s` is found', (definition, query) => {
  expect(viewQuery(definition)?.replace(/\s+/g, ' ')).toBe(query)
})

test('a text that cannot be read has no query', () => {
  expect(viewQuery('create view v as show tables')).toBeNull()
  expect(viewQuery("select 'open")).toBeNull()
})
