import { type Catalog, SnowfenceError } from '@snowfence/core'
import { type ColumnRow, catalogFromRows, catalogStatements, type ViewRow } from '@snowfence/sql'
import { z } from 'zod'
import type { WarehouseCatalogueConfig } from '../config/broker-config.ts'
import type { CredentialIssuer } from '../leases/credential-issuer.ts'
import type { CatalogueSource } from './catalogue-source.ts'
import { readWarehouse } from './read-warehouse.ts'

/** Between two reads at least this long, so that wrong names in a loop do not become reads in a loop. */
const LEAST_INTERVAL_MS = 2000
const LEASE_SECONDS = 120

const columnRows: z.ZodType<ColumnRow[]> = z.array(
  z.object({
    TABLE_SCHEMA: z.string(),
    TABLE_NAME: z.string(),
    COLUMN_NAME: z.string(),
    DATA_TYPE: z.string(),
  }),
)
const viewRows: z.ZodType<ViewRow[]> = z.array(
  z.object({ TABLE_SCHEMA: z.string(), TABLE_NAME: z.string(), VIEW_DEFINITION: z.string().nullable() }),
)

export interface WarehouseCatalogueOptions {
  readonly account: string
  readonly config: WarehouseCatalogueConfig
  readonly credentials: CredentialIssuer
}

/**
 * Reads the catalogue from the warehouse itself, with a short credential that the broker mints for the catalogue's
 * own user and role: that role needs to see every governed table, and to read none of them.
 */
export const createWarehouseCatalogue = (options: WarehouseCatalogueOptions): CatalogueSource => {
  const { account, config, credentials } = options
  let known: { readonly catalog: Catalog; readonly readAt: number } | null = null
  let reading: Promise<Catalog> | null = null

  const load = async (): Promise<Catalog> => {
    const { user, role, warehouse, databases, accessUrl } = config
    const readAt = performance.now()
    try {
      const lease = await credentials.issue({ user, role, warehouse, lifeSeconds: LEASE_SECONDS })
      const results = await readWarehouse({ account, accessUrl }, lease, databases.flatMap(catalogStatements))
      const parts = databases.map((database, index) =>
        catalogFromRows(database, {
          columns: columnRows.parse(results[2 * index]),
          views: viewRows.parse(results[2 * index + 1]),
        }),
      )
      const catalog: Catalog = Object.assign({}, ...parts)
      known = { catalog, readAt }
      return catalog
    } catch (error) {
      throw new SnowfenceError('ERR_CATALOGUE_UNAVAILABLE', { cause: error })
    }
  }
  const loadOnce = (): Promise<Catalog> =>
    (reading ??= load().finally(() => {
      reading = null
    }))
  const ageOf = (readAt: number): number => performance.now() - readAt

  return {
    async read() {
      if (known !== null && ageOf(known.readAt) < config.refreshSeconds * 1000) return known.catalog
      return loadOnce()
    },
    async refresh() {
      if (known !== null && ageOf(known.readAt) < LEAST_INTERVAL_MS) return known.catalog
      return loadOnce()
    },
    async close() {
      await reading?.catch(() => undefined)
    },
  }
}
