import type { Catalog } from '@snowfence/core'

/** A row of the first of `catalogStatements`. */
export interface ColumnRow {
  readonly TABLE_SCHEMA: string
  readonly TABLE_NAME: string
  readonly COLUMN_NAME: string
  readonly DATA_TYPE: string
  readonly CHARACTER_MAXIMUM_LENGTH?: number | null
  readonly NUMERIC_PRECISION?: number | null
  readonly NUMERIC_SCALE?: number | null
}

/** A row of the second. Snowflake shows the definition to the view's owner only, and never that of a secure view. */
export interface ViewRow {
  readonly TABLE_SCHEMA: string
  readonly TABLE_NAME: string
  readonly VIEW_DEFINITION: string | null
}

interface Relation {
  readonly columns: { readonly name: string; readonly type: string }[]
  definition?: string
}

/** The type with its digits or its length, which INFORMATION_SCHEMA gives apart. */
const typeOf = (row: ColumnRow): string => {
  const { DATA_TYPE: type, CHARACTER_MAXIMUM_LENGTH: length, NUMERIC_PRECISION: precision } = row
  if (type === 'TEXT' && typeof length === 'number') return `VARCHAR(${length})`
  return type === 'NUMBER' && typeof precision === 'number'
    ? `NUMBER(${precision},${row.NUMERIC_SCALE ?? 0})`
    : type
}

/**
 * Builds the catalogue of one database from the results of `catalogStatements`. A view whose definition is shown is
 * analysed through it; one without is a table of its own.
 */
export const catalogFromRows = (
  database: string,
  rows: { readonly columns: Iterable<ColumnRow>; readonly views: Iterable<ViewRow> },
): Catalog => {
  // Names come from the warehouse and may be anything, `__proto__` included.
  const schemas: Record<string, Record<string, Relation>> = Object.create(null)
  for (const row of rows.columns) {
    const { TABLE_SCHEMA: schema, TABLE_NAME: table, COLUMN_NAME: name } = row
    schemas[schema] ??= Object.create(null) as Record<string, Relation>
    schemas[schema][table] ??= { columns: [] }
    schemas[schema][table].columns.push({ name, type: typeOf(row) })
  }
  for (const { TABLE_SCHEMA: schema, TABLE_NAME: table, VIEW_DEFINITION: definition } of rows.views) {
    const relation = schemas[schema]?.[table]
    if (relation !== undefined && definition !== null && definition !== '') relation.definition = definition
  }
  return { [database]: schemas }
}
