import type { SqlAnalyzer } from '@snowfence/sql'
import { SeededRandom } from '../fuzz/seeded-random.ts'
import { type Leak, LeakSearch } from './leak-search.ts'
import { type PolicyUnderTest, randomPolicy, shippedPolicies } from './policies-under-test.ts'
import { type Figures, noFigures } from './search-figures.ts'

export interface SearchOptions {
  readonly seed: number
  /** Statements of each policy. */
  readonly count: number
  /** Policies that nobody wrote, beside those that are shipped. */
  readonly random: number
  /** Only policies whose name contains it. */
  readonly policy?: string
  readonly onLeak: (leak: Leak, search: LeakSearch) => void
  /** Called after each policy with what was done under it. */
  readonly onFigures: (under: PolicyUnderTest, figures: Figures) => void
  readonly isOver?: () => boolean
}

/** Looks for leaks under every policy. The same seed and count give the same statements and worlds. */
export const searchPolicies = (analyzer: SqlAnalyzer, options: SearchOptions): void => {
  const { seed, count, policy = '', isOver = () => false } = options
  const random = new SeededRandom(seed)
  const drawn = Array.from({ length: options.random }, (_, index) => randomPolicy(random, index + 1))
  for (const under of [...shippedPolicies(), ...drawn]) {
    if (!under.name.includes(policy)) continue
    const figures = noFigures()
    const search = new LeakSearch(analyzer, under, seed, figures)
    if (!search.hasClassified) continue
    for (let left = count; left > 0 && !isOver(); left -= 1) {
      const leak = search.step()
      if (leak !== null) options.onLeak(leak, search)
    }
    options.onFigures(under, figures)
  }
}
