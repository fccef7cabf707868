import type { BrokerConfig } from '../config/broker-config.ts'
import type { CredentialIssuer } from '../leases/credential-issuer.ts'
import type { CatalogueSource } from './catalogue-source.ts'
import { createFileCatalogue } from './create-file-catalogue.ts'
import { createWarehouseCatalogue } from './create-warehouse-catalogue.ts'

/** The catalogue source that the configuration names. */
export const createCatalogueSource = (
  { account, catalogue }: BrokerConfig['snowflake'],
  credentials: CredentialIssuer,
): CatalogueSource => {
  switch (catalogue.kind) {
    case 'file':
      return createFileCatalogue(catalogue.path)
    case 'warehouse':
      return createWarehouseCatalogue({ account, config: catalogue, credentials })
    default:
      return catalogue satisfies never
  }
}
