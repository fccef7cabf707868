import { type Catalog, SnowfenceError } from '@snowfence/core'
import { isUnknownObject, KnownTables, readTable, type StoredTableName } from '@snowfence/sql'
import type { WarehouseCatalogueConfig } from '../config/broker-config.ts'
import type { CredentialIssuer } from '../leases/credential-issuer.ts'
import type { CatalogueSource } from './catalogue-source.ts'
import { WarehouseReader } from './warehouse-reader.ts'

/** Between two readings of everything at least this long, so that wrong names in a loop do not become reads in a loop. */
const LEAST_INTERVAL_MS = 2000
const LEASE_SECONDS = 120

export interface WarehouseCatalogueOptions {
  readonly account: string
  readonly config: WarehouseCatalogueConfig
  readonly credentials: CredentialIssuer
}

/**
 * Looks tables up in the warehouse itself as statements name them, with a short credential that the broker mints for the
 * catalogue's own user and role: that role needs to see every governed table, and to read none of them.
 */
export const createWarehouseCatalogue = (options: WarehouseCatalogueOptions): CatalogueSource => {
  const { account, config, credentials } = options
  const { user, role, warehouse, accessUrl, refreshSeconds } = config
  const reader = new WarehouseReader({ account, accessUrl }, () =>
    credentials.issue({ user, role, warehouse, lifeSeconds: LEASE_SECONDS }),
  )
  let tables = new KnownTables()
  const known = (): KnownTables => {
    if (tables.ageMs >= refreshSeconds * 1000) tables = new KnownTables()
    return tables
  }
  const read = async (name: StoredTableName): Promise<Catalog | null> => {
    try {
      return await readTable(name, (sqlText) => reader.read(sqlText))
    } catch (error) {
      if (isUnknownObject(error)) return null
      throw new SnowfenceError('ERR_CATALOGUE_UNAVAILABLE', { cause: error })
    }
  }
  return {
    current: async () => known().structure,
    lookUp: (names) => known().lookUp(names, read),
    // The catalogue's role may see tables that the agent's does not: their names are told to nobody.
    suggest: async () => undefined,
    refresh: async () => {
      if (tables.ageMs >= LEAST_INTERVAL_MS) tables = new KnownTables()
    },
    close: () => reader.close(),
  }
}
