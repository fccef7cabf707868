import type { Catalog } from '@snowfence/core'
import { columnNames } from './column-names.ts'

const cache = new WeakMap<Catalog, ReadonlySet<string>>()

/** Every name that the catalogue holds: databases, schemas, tables and columns, as stored. */
export const catalogueNames = (catalog: Catalog): ReadonlySet<string> => {
  const cached = cache.get(catalog)
  if (cached !== undefined) return cached
  const names = new Set<string>(['INFORMATION_SCHEMA'])
  for (const [database, schemas] of Object.entries(catalog)) {
    names.add(database)
    for (const [schema, tables] of Object.entries(schemas)) {
      names.add(schema)
      for (const [table, entry] of Object.entries(tables)) {
        names.add(table)
        for (const column of columnNames(entry)) names.add(column)
      }
    }
  }
  cache.set(catalog, names)
  return names
}
