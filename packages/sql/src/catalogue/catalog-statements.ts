import { writeIdentifier } from '../lexer/identifier.ts'

/**
 * The metadata reads that a catalogue of one database is made of, to be run in this order; `catalogFromRows` takes
 * their results in the same order. Both read the database's INFORMATION_SCHEMA, so they show what the role may see.
 *
 * @param database - the name as Snowflake stores it
 */
export const catalogStatements = (database: string): readonly [columns: string, views: string] => {
  const schema = `${writeIdentifier(database)}.INFORMATION_SCHEMA`
  return [
    `select TABLE_SCHEMA, TABLE_NAME, COLUMN_NAME, DATA_TYPE, CHARACTER_MAXIMUM_LENGTH, NUMERIC_PRECISION, NUMERIC_SCALE from ${schema}.COLUMNS where TABLE_SCHEMA <> 'INFORMATION_SCHEMA' order by TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION`,
    `select TABLE_SCHEMA, TABLE_NAME, VIEW_DEFINITION from ${schema}.VIEWS where TABLE_SCHEMA <> 'INFORMATION_SCHEMA' order by TABLE_SCHEMA, TABLE_NAME`,
  ]
}
