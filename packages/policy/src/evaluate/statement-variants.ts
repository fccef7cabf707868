import { type AnalyzedStatement, type ColumnName, type UsePlace, usePlaces } from '@snowfence/core'
import { splitColumnName } from '../naming/qualified-name.ts'

/** The same statement without certain uses. */
export const withoutUses = (
  summary: AnalyzedStatement,
  refused: readonly { readonly column: ColumnName; readonly place: UsePlace }[],
): AnalyzedStatement => ({
  ...summary,
  ...usesKept(summary, (column) => refused.every((use) => use.column !== column)),
  uses: mapUses(summary, (column, place) =>
    refused.every((use) => use.column !== column || use.place !== place),
  ),
  observations: summary.observations.filter(({ column, place }) =>
    refused.every((use) => use.column !== column || use.place !== place),
  ),
})

/** The same statement as if it never named the columns: outputs that need them are gone. */
export const withoutColumns = (
  summary: AnalyzedStatement,
  columns: readonly ColumnName[],
): AnalyzedStatement => keepOnly(summary, (column) => !columns.includes(column))

/** The same statement without a table and everything that comes from it. */
export const withoutTable = (summary: AnalyzedStatement, table: string): AnalyzedStatement => {
  const rest = keepOnly(summary, (column) => splitColumnName(column).table !== table)
  return { ...rest, reads: rest.reads.filter((read) => read.table !== table) }
}

const keepOnly = (summary: AnalyzedStatement, keep: (column: ColumnName) => boolean): AnalyzedStatement => ({
  ...summary,
  reads: summary.reads.map(({ table, columns }) => ({
    table,
    columns: columns.filter((column) => keep(`${table}.${column}`)),
  })),
  outputs: summary.outputs.filter((output) => output.columns.every(keep)),
  writes: summary.writes.map((write) => ({
    ...write,
    columns: write.columns.filter(
      ({ name, columns }) => keep(`${write.table}.${name}`) && columns.every(keep),
    ),
  })),
  uses: mapUses(summary, keep),
  ...usesKept(summary, keep),
  observations: summary.observations.filter(({ column }) => keep(column)),
})

/** Without a column nothing is demanded of it. */
const usesKept = (
  { tableUses }: AnalyzedStatement,
  keep: (column: ColumnName) => boolean,
): Pick<AnalyzedStatement, 'tableUses'> =>
  tableUses === undefined
    ? {}
    : {
        tableUses: tableUses.map(({ table, pins, equals }) => ({
          table,
          pins: pins.filter(({ column }) => keep(column)),
          equals: equals.filter(({ column, to }) => keep(column) && keep(to)),
        })),
      }

const mapUses = (
  summary: AnalyzedStatement,
  keep: (column: ColumnName, place: UsePlace) => boolean,
): AnalyzedStatement['uses'] => {
  const kept = usePlaces.map((place) => [place, summary.uses[place].filter((column) => keep(column, place))])
  return Object.fromEntries(kept) as Record<UsePlace, ColumnName[]>
}
