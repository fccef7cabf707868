import type { Catalog } from '@snowfence/core'
import { type CheckOptions, columnTagsOf } from '@snowfence/policy'

/** How a policy is read beside a catalogue: with the Snowflake tags that the catalogue's columns carry. */
export const policyOptions = (catalog: Catalog): CheckOptions => {
  const columnTags = columnTagsOf(catalog)
  return columnTags === undefined ? {} : { columnTags }
}
