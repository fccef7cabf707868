/**
 * Snowflake folds an unquoted name to upper case and compares exactly; DuckDB ignores case.
 *
 * A stored name is therefore encoded so that names that differ in Snowflake differ in DuckDB: each ASCII
 * lower-case letter becomes `~` and its upper-case form. Upper-case names, the usual ones, stay as they are.
 */
export const encodeName = (name: string): string =>
  name.replaceAll('~', '~~').replace(/[a-z]/g, (letter) => `~${letter.toUpperCase()}`)

export const decodeName = (encoded: string): string =>
  encoded.replace(/~(~|[A-Z])/g, (_, letter: string) => (letter === '~' ? '~' : letter.toLowerCase()))

/** A DuckDB identifier between double quotes. */
export const quoteIdentifier = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** A DuckDB string literal: it knows no backslash escapes. */
export const quoteLiteral = (value: string): string => `'${value.replaceAll("'", "''")}'`

/** A name as Snowflake prints it in a message: quoted only where it is no plain upper-case name. */
export const displayName = (name: string): string =>
  /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name : quoteIdentifier(name)

export interface ObjectName {
  readonly database: string
  readonly schema: string
  readonly name: string
}

export const displayObject = ({ database, schema, name }: ObjectName): string =>
  [database, schema, name].map(displayName).join('.')

/** The DuckDB schema that holds a Snowflake schema. One DuckDB database holds them all, so transactions span them. */
export const physicalSchema = (database: string, schema: string): string =>
  [database, schema].map((part) => encodeName(part).replaceAll('.', '~.')).join('.')

/** The DuckDB schema of a session's temporary tables. No encoded name begins like this. */
export const temporarySchema = (sessionId: number): string => `~temporary.${sessionId}`

export const physicalTable = (table: { readonly physicalSchema: string; readonly name: string }): string =>
  `${quoteIdentifier(table.physicalSchema)}.${quoteIdentifier(encodeName(table.name))}`
