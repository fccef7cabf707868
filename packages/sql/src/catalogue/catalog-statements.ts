import { writeIdentifier, writeName } from '../lexer/identifier.ts'

const COLUMNS =
  'select TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE from'
const VIEWS = 'select TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION from'

/**
 * The metadata reads that a catalogue of one database is made of, to be run in this order; `catalogFromRows` takes
 * their results in the same order. Both read the database's INFORMATION_SCHEMA, so they show what the role may see.
 *
 * @param database - the name as Snowflake stores it
 */
export const catalogStatements = (database: string): readonly [columns: string, views: string] => {
  const schema = `${writeIdentifier(database)}.INFORMATION_SCHEMA`
  const rest = "where TABLE_SCHEMA <> 'INFORMATION_SCHEMA'"
  const order = 'order by TABLE_SCHEMA, TABLE_NAME'
  return [
    `${COLUMNS} ${schema}.COLUMNS ${rest} ${order}, ORDINAL_POSITION`,
    `${VIEWS} ${schema}.VIEWS ${rest} ${order}`,
  ]
}

/** A table by its name as Snowflake stores it. */
export interface StoredTableName {
  readonly database: string
  readonly schema: string
  readonly table: string
}

/**
 * The same for one table or view, of any database that the role may see. DESCRIBE tells of the object that the session's
 * statements mean: a temporary table stands before another of its name.
 */
export const tableStatements = ({
  database,
  schema,
  table,
}: StoredTableName): readonly [columns: string, views: string] => [
  `describe table ${writeName([database, schema, table])}`,
  `${VIEWS} ${writeIdentifier(database)}.INFORMATION_SCHEMA.VIEWS where TABLE_SCHEMA = ${writeText(schema)} and TABLE_NAME = ${writeText(table)}`,
]

const writeText = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
