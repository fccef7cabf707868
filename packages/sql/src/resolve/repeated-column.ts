import { Refusal } from '../refusal.ts'

/** What a column is called that stands for all those of a PIVOT over values. No text can write the name. */
export const REPEATED_NAME = '\0columns of PIVOT'

/**
 * Columns that a PIVOT makes of values come at the end of a result or not at all: what counts columns, or calls them by
 * their place, would be of others than it seems. @throws Refusal with `unknown-columns-of-relation`
 */
export const refuseRepeated = (columns: readonly { readonly repeats?: true }[]): void => {
  if (columns.some(({ repeats }) => repeats === true))
    throw new Refusal('unknown-columns-of-relation', { detail: 'PIVOT' })
}
