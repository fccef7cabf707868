/** A name part as Snowflake stores it: unquoted names in upper case, quoted ones as written. Source: Snowflake, identifier requirements. */
export const foldIdentifier = (written: string): string =>
  written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : upperCaseAscii(written)

/** Unquoted names are ASCII, so no locale and no special case folding may play a part: others stay as they are. */
export const upperCaseAscii = (name: string): string => {
  const known = folded.get(name)
  if (known !== undefined) return known
  const upper = BEYOND_ASCII.test(name) ? name : name.toUpperCase()
  if (folded.size >= MAX_FOLDED) folded.clear()
  if (name.length <= LONGEST_FOLDED) folded.set(name, upper)
  return upper
}
const BEYOND_ASCII = /[^\0-\x7f]/

/** Statements name the same few things again and again. */
const folded = new Map<string, string>()
const MAX_FOLDED = 4_096
const LONGEST_FOLDED = 64

const PLAIN_NAME = /^[A-Z_][A-Z0-9_$]*$/

/** A stored name part as it must be written: in quotes only where it is not a plain upper-case name. */
export const writeIdentifier = (stored: string): string =>
  PLAIN_NAME.test(stored) ? stored : `"${stored.replaceAll('"', '""')}"`

/** Joins stored name parts to the canonical `DATABASE.SCHEMA.TABLE` form. */
export const writeName = (parts: readonly string[]): string => parts.map(writeIdentifier).join('.')
