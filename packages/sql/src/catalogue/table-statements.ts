import { writeIdentifier, writeName } from '../lexer/identifier.ts'

/** A table by its name as Snowflake stores it. */
export interface StoredTableName {
  readonly database: string
  readonly schema: string
  readonly table: string
}

/**
 * The metadata reads that tell of one table or view, of any database that the role may see: first its columns, then its
 * definition, where it is a view. DESCRIBE tells of the object that the session's statements mean: a temporary table stands
 * before another of its name.
 */
export const tableStatements = ({
  database,
  schema,
  table,
}: StoredTableName): readonly [columns: string, views: string] => [
  `describe table ${writeName([database, schema, table])}`,
  `select TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION from ${writeIdentifier(database)}.INFORMATION_SCHEMA.VIEWS where TABLE_SCHEMA = ${writeText(schema)} and TABLE_NAME = ${writeText(table)}`,
]

/** How many names are read for a hint. */
const MOST_SIMILAR = 1_000

/**
 * The metadata reads that name other tables: those of the same name in other schemas of the database, and those of the same
 * schema.
 */
export const similarTablesStatements = ({ database, schema, table }: StoredTableName): readonly string[] => [
  `show terse objects like ${writeText(table)} in database ${writeIdentifier(database)} limit 10`,
  `show terse objects in schema ${writeName([database, schema])} limit ${MOST_SIMILAR}`,
]

const writeText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
