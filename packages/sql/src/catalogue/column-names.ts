import type { CatalogEntry } from '@snowfence/core'

/** The columns of a catalogue entry, in order. */
export const columnNames = (entry: CatalogEntry): readonly string[] =>
  'columns' in entry
    ? entry.columns.map((column) => (typeof column === 'string' ? column : column.name))
    : entry
