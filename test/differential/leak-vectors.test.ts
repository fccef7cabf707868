import { createSqlAnalyzer } from '@snowfence/sql'
import { expect, test } from 'vitest'
import { LeakSearch } from './leak-search.ts'
import { readLeakVectors } from './leak-vector.ts'
import { shippedPolicies } from './policies-under-test.ts'
import { printQuery } from './print-statement.ts'
import { noFigures } from './search-figures.ts'

const vectors = readLeakVectors(new URL('./vectors/known-leaks.jsonl', import.meta.url))
const analyzer = await createSqlAnalyzer()
const PAIRS = 60

test.each(shippedPolicies())('$name: what leaked once is denied, or tells nothing', (under) => {
  const search = new LeakSearch(analyzer, under, 1, noFigures())
  const leaking = vectors
    .filter(({ policy }) => policy === under.name)
    .flatMap(({ sql, statement }) => {
      // The text is what is read, the tree what runs.
      expect(printQuery(statement.q)).toBe(sql)
      const difference = search.examine(statement, PAIRS)
      return difference === null ? [] : [`${sql} (${difference.what})`]
    })
  expect(leaking).toEqual([])
})

test('there are vectors of every policy that hides something', () => {
  expect(vectors.length).toBeGreaterThanOrEqual(60)
  expect(new Set(vectors.map(({ policy }) => policy)).size).toBeGreaterThanOrEqual(6)
})
