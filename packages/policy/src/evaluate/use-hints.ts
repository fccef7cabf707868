import type { ColumnName, Observation, UsePlace } from '@snowfence/core'
import { printUse, reachesTo } from '../compile/use-reach.ts'
import { splitColumnName } from '../naming/qualified-name.ts'
import type { GuardInput } from './guards.ts'

const LISTED = 8

/** The columns of a table that this asker may use in a clause as they like: keys and what else identifies nobody. */
const usableColumns = (
  table: string,
  place: UsePlace,
  { classifier, lens }: GuardInput,
): readonly ColumnName[] =>
  classifier.listedColumns(table).filter((column) => {
    const { uses } = lens(column)
    return uses === 'all' || reachesTo(uses.get(place), place === 'order' ? 'order' : 'equality')
  })

/** What an asker can do instead of using a masked column in a clause, by what the clause is for. */
export const hintForUse = (observation: Observation, place: UsePlace, input: GuardInput): string => {
  const { column: name } = observation
  const { table, column } = splitColumnName(name)
  const { uses, unclassified } = input.lens(name)
  const allowed = uses === 'all' ? [] : [...uses].map(([at, reach]) => printUse(at, reach)).sort()
  const usable = usableColumns(table, place, input)
  // What the statement does already is no advice.
  const used = usable.filter((known) => input.summary.uses[place].includes(known))
  const others = usable.filter((known) => !used.includes(known)).slice(0, LISTED)
  const inWords = (columns: readonly ColumnName[]) =>
    columns.map((known) => splitColumnName(known).column).join(', ')
  return [
    ...(allowed.length > 0 ? [`its class allows these uses: ${allowed.join(', ')}`] : []),
    ...(unclassified === null
      ? []
      : [`nobody has classified ${column}, so it is withheld: ask the owner of the policy to classify it`]),
    ...(used.length > 0 ? [`leave ${column} out there and keep ${inWords(used)}`] : []),
    ...(others.length > 0
      ? [byPlace(place, { table, column, listed: inWords(others), observation })]
      : used.length === 0
        ? [`the policy lists no column of ${table} that may be used there`]
        : []),
    `selecting it shows it masked, and whether there is a value is free: ${column} IS NOT NULL, COUNT(${column})`,
  ].join('; ')
}

interface Told {
  readonly table: string
  readonly column: ColumnName
  /** The columns to use instead, as a person reads them. */
  readonly listed: string
  readonly observation: Observation
}

const byPlace = (place: UsePlace, { table, column, listed, observation }: Told): string => {
  switch (place) {
    case 'order':
    case 'window':
      return `order and partition ${table} by ${listed} instead`
    case 'group':
      return observation.functions.some((name) => setOperations.has(name))
        ? `UNION ALL compares no values; or choose rows by ${listed}, as with IN (SELECT …)`
        : `group ${table} by ${listed} instead, and show the column by ANY_VALUE(${column}) where a group has one value`
    case 'join':
      return `join ${table} by ${listed} instead, or read one table without the join`
    case 'having':
      return `in HAVING use a count, such as COUNT(*) or COUNT(${column}), or choose rows by ${listed}`
    default:
      return `choose the rows of ${table} by ${listed} instead`
  }
}

const setOperations = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'MINUS'])
