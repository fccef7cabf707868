import { Refusal } from '../refusal.ts'

/** Of a star over columns that USING or NATURAL made one, where Snowflake does not document the order. */
export interface Unplaceable {
  readonly isUnplaced?: true
}

/**
 * A column that is meant by its place would be another one than it seems. One that is meant by its name is not, nor one of
 * the result, whose names are compared with those that come back.
 *
 * @throws Refusal with `unknown-columns-of-relation`
 */
export const refuseUnplaced = (columns: readonly Unplaceable[]): void => {
  if (columns.some(({ isUnplaced }) => isUnplaced === true))
    throw new Refusal('unknown-columns-of-relation', { detail: '* over USING or NATURAL' })
}

/** A column that a select list names stands where the list has it. */
export const placed = <Column extends object>(column: Column): Column => {
  if (!('isUnplaced' in column)) return column
  const { isUnplaced: _, ...rest } = column
  return rest as Column
}
