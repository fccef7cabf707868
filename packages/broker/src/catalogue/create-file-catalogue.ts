import { readFile, stat } from 'node:fs/promises'
import { type Catalog, catalogSchema, SnowfenceError } from '@snowfence/core'
import type { CatalogueSource } from './catalogue-source.ts'

/** A catalogue kept in a JSON file: for a broker that must not reach the warehouse. Read again when it changes. */
export const createFileCatalogue = (file: string): CatalogueSource => {
  let known: { readonly modified: number; readonly catalog: Catalog } | null = null
  const read = async (): Promise<Catalog> => {
    try {
      const { mtimeMs } = await stat(file)
      if (known?.modified !== mtimeMs) {
        known = { modified: mtimeMs, catalog: catalogSchema.parse(JSON.parse(await readFile(file, 'utf8'))) }
      }
      return known.catalog
    } catch (error) {
      throw new SnowfenceError('ERR_CATALOGUE_UNAVAILABLE', {
        message: `the catalogue file \`${file}\` could not be read`,
        hint: 'check that the file holds JSON of the form database -> schema -> table -> columns',
        cause: error,
      })
    }
  }
  return {
    current: async () => ({ catalog: await read() }),
    lookUp: async () => false,
    suggest: async () => undefined,
    refresh: async () => undefined,
    close: async () => undefined,
  }
}
