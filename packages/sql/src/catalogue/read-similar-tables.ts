import type { ReadRows } from './read-table.ts'
import { type StoredTableName, similarTablesStatements } from './table-statements.ts'

/** Existing tables and views that may be meant by a name. What cannot be read gives none: a hint is not worth a failure. */
export const readSimilarTables = async (
  name: StoredTableName,
  read: ReadRows,
): Promise<readonly StoredTableName[]> => {
  const results = await Promise.allSettled(similarTablesStatements(name).map((text) => read(text)))
  return results.flatMap((result) =>
    result.status === 'rejected'
      ? []
      : // Snowflake, SHOW TERSE OBJECTS: created_on, name, kind, database_name, schema_name.
        result.value.map(([, table, , database, schema]) => ({
          database: String(database),
          schema: String(schema),
          table: String(table),
        })),
  )
}
