import type { AnalyzedStatement, ColumnName, Observation } from '@snowfence/core'

const inner: ReadonlySet<string> = new Set(['=', 'IN', 'AND'])
const outer: ReadonlySet<string> = new Set([...inner, 'OUTER JOIN'])

/**
 * A column with those that joins and filters make equal to it in every row that holds both. With `outer` also by joins
 * that keep rows without a partner, in which the other column is NULL.
 */
export const equallyJoined = (
  column: ColumnName,
  { observations }: AnalyzedStatement,
  options: { readonly outer: boolean },
): readonly ColumnName[] => {
  const functions = options.outer ? outer : inner
  const pairs = observations.filter((observation) => isPair(observation, functions))
  const equal = new Set([column])
  for (const known of equal) {
    for (const { column: left, against } of pairs) {
      const [right] = against!
      if (left === known) equal.add(right!)
      else if (right === known) equal.add(left)
    }
  }
  return [...equal]
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
  (functions.includes('=') || functions.includes('IN')) &&
  functions.every((name) => known.has(name))
