import type { CatalogueByName } from '@snowfence/sql'

/** Where the broker learns what exists in the warehouse. Its members reject with `ERR_CATALOGUE_UNAVAILABLE`. */
export interface CatalogueSource extends CatalogueByName {
  /** Forgets what was read, unless that was done a moment ago: for a statement that names an unknown column. */
  refresh(): Promise<void>
  /** Ends what the source keeps open. */
  close(): Promise<void>
}
