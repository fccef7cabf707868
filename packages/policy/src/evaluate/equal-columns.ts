import type { AnalyzedStatement, ColumnName, Observation } from '@snowfence/core'

/** What `@snowfence/sql` calls an equality of two stored columns, and the sides of an outer join. */
const EQUAL = '= COLUMN'
const KEPT_SIDE = 'KEPT SIDE'
const NULL_SIDE = 'NULL SIDE'
const plain: ReadonlySet<string> = new Set([EQUAL, 'AND'])
const outer: ReadonlySet<string> = new Set([...plain, KEPT_SIDE, NULL_SIDE])

/**
 * A column with those that joins and filters make equal to it, in every row that holds a value of the other. With `outer`
 * also by joins that keep its own side's rows without a partner, in which the other column is NULL.
 */
export const equallyJoined = (
  column: ColumnName,
  { observations }: AnalyzedStatement,
  options: { readonly outer: boolean },
): readonly ColumnName[] => {
  const equal = new Set([column])
  const known = options.outer ? outer : plain
  const pairs = observations.filter(
    (observation) => isPair(observation, known) && isAcross(observation, observations),
  )
  for (const from of equal) {
    for (const { column: own, against, functions } of pairs) {
      const other = against![0]!
      if (own === from && !functions.includes(NULL_SIDE)) equal.add(other)
      // Of a pair in an outer join, the column that is not on the side that may be NULL is on the one that is kept.
      if (other === from && !functions.includes(KEPT_SIDE)) equal.add(own)
    }
  }
  return [...equal]
}

/** In an outer join, whether the two columns stand on both sides: an equality within one side keeps rows that break it. */
const isAcross = (
  { place, functions, against }: Observation,
  observations: readonly Observation[],
): boolean => {
  const own = functions.filter((name) => name === KEPT_SIDE || name === NULL_SIDE)
  if (own.length === 0) return true
  const opposite = own[0] === KEPT_SIDE ? NULL_SIDE : KEPT_SIDE
  const others = observations.filter(
    ({ column, kind, place: at }) => column === against![0] && kind === 'equality' && at === place,
  )
  return (
    own.length === 1 &&
    others.length > 0 &&
    others.every((other) => other.functions.includes(opposite) && !other.functions.includes(own[0]!))
  )
}

/** An equality of two columns and nothing else. With a third column or a constant it may hold between other pairs. */
const isPair = (
  { kind, place, by, functions, chosen, against }: Observation,
  known: ReadonlySet<string>,
): boolean =>
  kind === 'equality' &&
  by === undefined &&
  (place === 'join' || place === 'filter') &&
  chosen !== true &&
  against?.length === 1 &&
  functions.includes(EQUAL) &&
  functions.every((name) => known.has(name))
