import type { ColumnFlow, Observation } from '@snowfence/core'
import { mayCompare } from './allowed-observation.ts'
import { tellsEquality } from './fitting-mask.ts'
import type { GuardInput } from './guards.ts'
import { combineLimits } from './obligations.ts'

/** Functions of the number, none of which chooses among the values before they are counted. */
const ofCounts = new Set([
  'COUNT DISTINCT',
  ...'APPROX_COUNT_DISTINCT APPROXIMATE_COUNT_DISTINCT HLL + - * / % = <> < <= > >= AND ROUND'.split(' '),
])

/**
 * Whether the number of different values of a column may be told. It tells which values are equal, so the class must
 * allow grouping by it, its pseudonyms must tell that anyway, or a group must be large. Beside values of the writer's
 * choice it tells more, and never may.
 */
export const isCountable = (
  flow: Pick<ColumnFlow | Observation, 'column' | 'functions' | 'chosen' | 'against'>,
  { lens, summary, permits }: Pick<GuardInput, 'lens' | 'summary' | 'permits'>,
): boolean => {
  const seen = lens(flow.column)
  if (seen.masks.length === 0 || mayCompare(seen, 'group', 'equality', flow, lens)) return true
  if (flow.chosen === true || (flow.against ?? []).length > 0) return false
  if (seen.masks.every(tellsEquality)) return true
  // Counted under a condition, the values are those of rows that the writer chose within the group.
  if (flow.functions.some((name) => !ofCounts.has(name))) return false
  // Only a policy that demands a size of groups releases what groups of that size tell.
  const enough = combineLimits(permits).minimumGroupSize
  if (enough === undefined) return false
  const isSingle = summary.reads.length === 1 && (summary.reads[0]?.occurrences ?? 1) === 1
  return isSingle && (summary.aggregation?.minimumGroupSize ?? 0) >= enough
}
