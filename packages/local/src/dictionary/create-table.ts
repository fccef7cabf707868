import type { EngineConnection } from '../engine/duckdb.ts'
import type { Dictionary, TableColumn, TableEntry } from './dictionary.ts'
import { encodeName, type ObjectName, physicalTable, quoteIdentifier } from './identifier.ts'
import { physicalType } from './snow-type.ts'

export interface TableTraits {
  readonly temporary?: boolean
  readonly comment?: string | null
  /** DuckDB text of each column's DEFAULT, by column name. */
  readonly defaults?: ReadonlyMap<string, string>
}

/**
 * Creates a table in DuckDB and in the dictionary.
 *
 * Snowflake: keys are declarations that nothing enforces; only NOT NULL holds.
 */
export const createSchemaTable = async (
  dictionary: Dictionary,
  connection: EngineConnection,
  name: ObjectName,
  columns: readonly TableColumn[],
  createdAt: Date,
  traits: TableTraits = {},
): Promise<TableEntry> => {
  const declarations = columns.map((column) => {
    const given = traits.defaults?.get(column.name)
    const parts = [quoteIdentifier(encodeName(column.name)), physicalType(column.type)]
    if (!column.nullable) parts.push('NOT NULL')
    if (given !== undefined) parts.push(`DEFAULT ${given}`)
    return parts.join(' ')
  })
  await connection.run(`CREATE TABLE ${physicalTable(name)} (${declarations.join(', ')})`)
  const entry: TableEntry = {
    ...name,
    kind: 'table',
    temporary: traits.temporary ?? false,
    columns,
    definition: null,
    comment: traits.comment ?? null,
    createdAt,
    alteredAt: createdAt,
  }
  dictionary.putTable(entry)
  return entry
}
