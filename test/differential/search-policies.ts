import type { SqlAnalyzer } from '@snowfence/sql'
import { SeededRandom } from '../fuzz/seeded-random.ts'
import { type Leak, LeakSearch } from './leak-search.ts'
import { type PolicyUnderTest, randomPolicy, shippedPolicies } from './policies-under-test.ts'
import { type Figures, noFigures } from './search-figures.ts'

export interface SearchOptions {
  readonly seed: number
  /** Statements made for each policy. */
  readonly count: number
  /** Policies that nobody wrote, beside those that are shipped. */
  readonly random: number
  /** Only policies whose name contains it. */
  readonly policy?: string
  readonly onLeak: (leak: Leak, search: LeakSearch) => void
  /** Called at the end for each policy with what was done under it. */
  readonly onFigures: (under: PolicyUnderTest, figures: Figures) => void
  readonly isOver?: () => boolean
}

/** Looks for leaks under every policy. The same seed and count give the same statements and worlds. */
export const searchPolicies = (analyzer: SqlAnalyzer, options: SearchOptions): void => {
  const { seed, count, policy = '', isOver = () => false } = options
  const random = new SeededRandom(seed)
  const drawn = Array.from({ length: options.random }, (_, index) => randomPolicy(random, index + 1))
  const searches = [...shippedPolicies(), ...drawn]
    .filter(({ name }) => name.includes(policy))
    .map((under) => new LeakSearch(analyzer, under, seed, noFigures()))
    .filter((search) => search.hasClassified)
  for (let left = count; left > 0 && !isOver(); left -= 1)
    for (const maker of searches) {
      const generated = maker.make()
      // Analysing a text costs most: what it says is asked of every policy.
      for (const search of searches) {
        const leak = search.try(generated, search === maker)
        if (leak !== null) options.onLeak(leak, search)
      }
    }
  for (const { under, figures } of searches) options.onFigures(under, figures)
}
