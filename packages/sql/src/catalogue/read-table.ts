import type { Catalog, CatalogEntry } from '@snowfence/core'
import { type StoredTableName, tableStatements } from './table-statements.ts'

/** Runs a metadata read, and gives its rows as arrays. Rejects with the warehouse's error. */
export type ReadRows = (sqlText: string) => Promise<readonly (readonly unknown[])[]>

/**
 * Reads one table or view. A view whose definition is shown is analysed through it; one without is a table of its own:
 * Snowflake shows it to the view's owner only, and never that of a secure view.
 *
 * @throws what `read` rejects with, such as the warehouse's error for a table that the role does not see
 */
export const readTable = async (name: StoredTableName, read: ReadRows): Promise<Catalog> => {
  const { database, schema, table } = name
  const [described, views] = tableStatements(name)
  if (schema === 'INFORMATION_SCHEMA') {
    // Its views are the same everywhere: that the database answers is all there is to know.
    await read(views)
    return nested(database, {})
  }
  const [columns, definitions] = await Promise.all([read(described), read(views)])
  const definition = definitions[0]?.[2]
  const entry: CatalogEntry = {
    columns: columns.map(([column, type]) => ({ name: String(column), type: String(type) })),
    ...(typeof definition === 'string' && definition !== '' && { definition }),
  }
  return nested(database, nested(schema, nested(table, entry)))
}

/** Names come from the warehouse and may be anything, `__proto__` included. */
const nested = <Value>(name: string, value: Value): Record<string, Value> =>
  Object.assign(Object.create(null) as Record<string, Value>, { [name]: value })
