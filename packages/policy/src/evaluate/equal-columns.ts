import {
  type AnalyzedStatement,
  type ColumnName,
  EQUAL_COLUMNS,
  KEPT_SIDE,
  NULL_SIDE,
  type Observation,
} from '@snowfence/core'

/** Functions of a condition of which every row of the result holds two equal columns. */
const plain: ReadonlySet<string> = new Set([EQUAL_COLUMNS, 'AND'])
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

const isEquality = (functions: readonly string[], known: ReadonlySet<string>): boolean =>
  functions.includes(EQUAL_COLUMNS) && functions.every((name) => known.has(name))

/** Whether an equality of two columns joins the table, so that its rows are repeated no more often than there are partners. */
export const isJoined = (table: string, { observations }: AnalyzedStatement): boolean =>
  observations.some(
    ({ column, place, kind, functions, against = [] }) =>
      (place === 'join' || place === 'filter') &&
      kind === 'equality' &&
      isEquality(functions, plain) &&
      [column, ...against].some((name) => name.startsWith(`${table}.`)),
  )

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
  isEquality(functions, known)
