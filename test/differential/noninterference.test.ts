import { randomInt } from 'node:crypto'
import { createSqlAnalyzer } from '@snowfence/sql'
import { expect, test } from 'vitest'
import { addFigures, noFigures, printFigures } from './search-figures.ts'
import { searchPolicies } from './search-policies.ts'

/** Statements made for each policy before the time is looked at. */
const COUNT = 100
const MINUTES = 3

/**
 * Other statements and worlds each time, for three minutes. To look at a failure again, with the statement in its simplest
 * form: `node --conditions=snowfence-source test/differential/main.ts --count 100 --seed N`
 */
test('no permitted statement answers differently on two warehouses alike in all that is shown', async () => {
  const analyzer = await createSqlAnalyzer()
  const first = randomInt(1, 1_000_000_000)
  const figures = noFigures()
  const leaks: string[] = []
  const until = Date.now() + MINUTES * 60_000
  let seed = first
  // The first seed is searched to its end, so that a slow machine tests something too.
  for (; seed === first || (Date.now() < until && leaks.length === 0); seed += 1)
    searchPolicies(analyzer, {
      seed,
      count: COUNT,
      random: 2,
      onLeak: ({ under, sql, difference }) =>
        leaks.push(`--count ${COUNT} --seed ${seed}: ${under.name}: ${sql} (${difference.what})`),
      onFigures: (_, more) => addFigures(figures, more),
    })
  console.info(`seeds ${first} to ${seed - 1}: ${printFigures(figures).split('\n').slice(0, 3).join(', ')}`)
  expect(leaks).toEqual([])
  // So that this cannot come to test nothing without being seen.
  expect(figures.counted).toBeGreaterThan(400)
  expect(figures.denied).toBeGreaterThan(500)
}, 600_000)
