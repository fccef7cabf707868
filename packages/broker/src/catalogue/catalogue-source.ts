import type { Catalog } from '@snowfence/core'

/** Where the broker learns what exists in the warehouse. */
export interface CatalogueSource {
  /**
   * The catalogue, as one object for as long as nothing changed.
   *
   * @throws SnowfenceError `ERR_CATALOGUE_UNAVAILABLE`
   */
  read(): Promise<Catalog>
  /** Reads it anew, unless that was done a moment ago: for a statement that names an unknown table or column. */
  refresh(): Promise<Catalog>
  /** Ends what the source keeps open. */
  close(): Promise<void>
}
