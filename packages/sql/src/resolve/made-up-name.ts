import { Refusal } from '../refusal.ts'

/**
 * A column without a name of its own: Snowflake makes one up from the text of its expression, such as `UPPER(SSN)`, and it
 * can be used in double quotes.
 */
export interface MaybeNamed {
  /** Null or empty where Snowflake makes the name up. */
  readonly name: string | null
  /** Whether a made-up name may be a plain word: nobody documents that of `(ssn)` or `IDENTIFIER('ssn')`. */
  readonly isMaybeWord?: true
  /** Whether it stands for every column that a PIVOT makes of values, whose names are those values. */
  readonly repeats?: true
}

const WORD = /^[A-Za-z_][A-Za-z0-9_$]*$/

const isUnnamed = ({ name, repeats }: MaybeNamed): boolean => name === null || name === '' || repeats === true

/** Whether Snowflake may have made this name up for one of the columns. */
export const mayBeMadeUp = (name: string, columns: readonly MaybeNamed[]): boolean => {
  const isWord = WORD.test(name)
  return columns.some((column) => isUnnamed(column) && (!isWord || column.isMaybeWord === true))
}

/** What goes by the names of columns cannot tell which those without one belong to. @throws Refusal */
export const refuseUnnamed = (columns: readonly MaybeNamed[], detail: string): void => {
  if (columns.some(isUnnamed)) throw new Refusal('unknown-columns-of-relation', { detail })
}

/** NATURAL joins on every name that both sides have. @throws Refusal where that may be a made-up one */
export const refuseMadeUpCommon = (left: readonly MaybeNamed[], right: readonly MaybeNamed[]): void => {
  const meets = (one: readonly MaybeNamed[], other: readonly MaybeNamed[]): boolean =>
    one.some(isUnnamed) && other.some((column) => isUnnamed(column) || mayBeMadeUp(column.name ?? '', one))
  if (meets(left, right) || meets(right, left))
    throw new Refusal('unknown-columns-of-relation', { detail: 'NATURAL' })
}
