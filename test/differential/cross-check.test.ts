import { createSqlAnalyzer } from '@snowfence/sql'
import { expect, test } from 'vitest'
import { SeededRandom } from '../fuzz/seeded-random.ts'
import { crossCheck } from './cross-check.ts'
import { LeakSearch } from './leak-search.ts'
import { shippedPolicies } from './policies-under-test.ts'
import { noFigures } from './search-figures.ts'
import { makePair } from './world-pairs.ts'
import { createWorldWarehouse } from './world-warehouse.ts'

const SEED = 1
const COUNT = 200

/** Where the two give other rows, and what Snowflake's documentation says. */
const known: readonly (readonly [sql: RegExp, why: string])[] = [
  [
    /\b(lag|lead|first_value|last_value|max_by|min_by|mode|any_value|array_agg)\(/,
    'ties may come in any order',
  ],
  [/\blistagg\(/, 'without a separator there is none; the local Snowflake takes a comma'],
  [/select (null|1) as k/, 'NULL has no type; the local Snowflake makes a text of the other arm'],
  [/\b(approx_count_distinct|hll)\(/, 'an estimate'],
  [/\bas time\)/, 'NULL of type TIME; the local Snowflake gives the text NULL'],
  [/\bcount_if\(/, 'without rows it is 0; the local Snowflake gives NULL'],
  [/as timestamp_(ntz|ltz)\)/, 'a text of digits is seconds since 1970; the local Snowflake reads none'],
  [/\bratio_to_report\(.*order by/, 'here the sum of the partition; the local Snowflake sums up to the row'],
  [/\b(array|object)_/, 'a timestamp in a VARIANT has milliseconds; the local Snowflake leaves out zeros'],
]

test('the reference semantics and the local Snowflake give the same rows, or both fail', async () => {
  const under = shippedPolicies()[0]!
  const search = new LeakSearch(await createSqlAnalyzer(), under, SEED, noFigures())
  const pair = makePair(new SeededRandom(SEED), search.tables, search.shown, search.sizes)
  const warehouse = await createWorldWarehouse(search.tables, pair.left)
  try {
    const { same, bothFail, disagreements } = await crossCheck(search, pair, warehouse, COUNT)
    const unexplained = disagreements.filter(
      ({ kind, sql }) => kind === 'rows' && !known.some(([form]) => form.test(sql)),
    )
    expect(unexplained).toEqual([])
    // So that this cannot come to test nothing without being seen.
    expect(same).toBeGreaterThan(40)
    expect(bothFail).toBeGreaterThan(40)
  } finally {
    await warehouse.close()
  }
}, 300_000)
