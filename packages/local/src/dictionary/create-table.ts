import type { EngineConnection } from '../engine/duckdb.ts'
import type { Dictionary, TableColumn, TableEntry } from './dictionary.ts'
import { encodeName, type ObjectName, physicalSchema, physicalTable, quoteIdentifier } from './identifier.ts'
import { maximumTextLength, physicalType } from './snow-type.ts'

interface TableTraits {
  readonly comment?: string | null
  /** DuckDB text of each column's DEFAULT, by column name. */
  readonly defaults?: ReadonlyMap<string, string>
}

/** How a column is declared in DuckDB, which has no length of its own for texts. */
export const columnDeclaration = (column: TableColumn, defaultText?: string): string => {
  const name = quoteIdentifier(encodeName(column.name))
  const parts = [name, physicalType(column.type)]
  if (!column.nullable) parts.push('NOT NULL')
  if (defaultText !== undefined) parts.push(`DEFAULT ${defaultText}`)
  if (column.type.kind === 'text' && column.type.length < maximumTextLength)
    parts.push(`CHECK (length(${name}) <= ${column.type.length})`)
  return parts.join(' ')
}

/**
 * Creates a table that every session can see, in DuckDB and in the dictionary.
 *
 * Snowflake: keys are declarations that nothing enforces; only NOT NULL holds.
 */
export const createTable = async (
  dictionary: Dictionary,
  connection: EngineConnection,
  name: ObjectName,
  columns: readonly TableColumn[],
  createdAt: Date,
  traits: TableTraits = {},
): Promise<TableEntry> => {
  const entry = newTable(name, physicalSchema(name.database, name.schema), columns, createdAt, traits)
  await connection.run(createTableText(entry, traits))
  dictionary.putTable(entry)
  return entry
}

export const newTable = (
  name: ObjectName,
  schema: string,
  columns: readonly TableColumn[],
  createdAt: Date,
  traits: TableTraits & { readonly temporary?: boolean } = {},
): TableEntry => ({
  ...name,
  kind: 'table',
  physicalSchema: schema,
  temporary: traits.temporary ?? false,
  columns,
  definition: null,
  comment: traits.comment ?? null,
  createdAt,
  alteredAt: createdAt,
})

export const createTableText = (entry: TableEntry, traits: TableTraits = {}): string =>
  `CREATE TABLE ${physicalTable(entry)} (${entry.columns
    .map((column) => columnDeclaration(column, traits.defaults?.get(column.name)))
    .join(', ')})`
