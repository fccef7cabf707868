import type { CatalogEntry } from '@snowfence/core'
import { catalogueType, type SqlType, unknownType } from '../types/sql-type.ts'

/** The columns of a catalogue entry, in order. A column without a type has an unknown one. */
export const catalogueColumns = (
  entry: CatalogEntry,
): readonly { readonly name: string; readonly type: SqlType }[] =>
  ('columns' in entry ? entry.columns : entry).map((column) =>
    typeof column === 'string'
      ? { name: column, type: unknownType }
      : { name: column.name, type: catalogueType(column.type) },
  )
