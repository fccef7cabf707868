/**
 * Snowflake names in their normal form: parts joined by dots, a part in double quotes only where it is not a
 * plain upper-case name. Snowflake: unquoted identifiers are stored in upper case
 * (docs.snowflake.com/en/sql-reference/identifiers-syntax).
 */
const plain = /^[A-Z_][A-Z0-9_$]*$/

/** Splits a name at the dots outside quotes and gives each part as Snowflake stores it, or null if it is no name. */
export const splitName = (text: string): readonly string[] | null => {
  const parts: string[] = []
  const part = /(?:"((?:[^"]|"")+)"|([^".\s][^".]*))(\.|$)/y
  while (part.lastIndex < text.length) {
    const match = part.exec(text)
    if (match === null) return null
    parts.push(match[1] === undefined ? match[2]!.toUpperCase() : match[1].replaceAll('""', '"'))
    if (match[3] === '') return parts
  }
  return null
}

/** A stored name in its normal form. */
export const quoteName = (stored: string): string =>
  plain.test(stored) ? stored : `"${stored.replaceAll('"', '""')}"`

/** A name as a person wrote it in its normal form, or null if it is no name. */
export const normalizeName = (text: string): string | null =>
  splitName(text)?.map(quoteName).join('.') ?? null

/** The table of a `DATABASE.SCHEMA.TABLE.COLUMN`, and its column, both in normal form. */
export const splitColumnName = (column: string): { readonly table: string; readonly column: string } => {
  const parts = (splitName(column) ?? [column]).map(quoteName)
  return { table: parts.slice(0, -1).join('.'), column: parts.at(-1) ?? column }
}
