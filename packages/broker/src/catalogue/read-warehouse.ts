import { createRequire } from 'node:module'
import type { Lease } from '@snowfence/core'
import type * as snowflake from 'snowflake-sdk'

const require = createRequire(import.meta.url)
const TIMEOUT_MS = 15_000

export interface WarehouseAddress {
  readonly account: string
  readonly accessUrl: string | undefined
}

/**
 * Loads the driver on first use. It reads these variables while it loads, and would otherwise probe cloud metadata
 * addresses and write a log file with user names into the working directory.
 */
const loadDriver = (): typeof snowflake => {
  process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION ??= 'true'
  process.env.SNOWFLAKE_DISABLE_MINICORE ??= 'true'
  process.env.SF_TELEMETRY_DISABLE_CONNECTION_SHAPE ??= 'true'
  const driver = require('snowflake-sdk') as typeof snowflake
  driver.configure({ logLevel: 'OFF' })
  return driver
}

const connect = (connection: snowflake.Connection): Promise<void> =>
  new Promise((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()))
  })

const execute = (connection: snowflake.Connection, sqlText: string): Promise<readonly unknown[]> =>
  new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows ?? [])),
    })
  })

/**
 * Runs statements on a connection of its own that is opened with the lease and closed afterwards. Results are in the
 * statements' order, rows as objects by column name.
 */
export const readWarehouse = async (
  address: WarehouseAddress,
  lease: Lease,
  statements: readonly string[],
): Promise<(readonly unknown[])[]> => {
  const connection = loadDriver().createConnection({
    account: address.account,
    ...(address.accessUrl === undefined ? {} : { accessUrl: address.accessUrl }),
    ...(lease.warehouse === null ? {} : { warehouse: lease.warehouse }),
    username: lease.user,
    role: lease.role,
    authenticator: 'OAUTH',
    token: lease.token,
    application: 'snowfence_broker',
    timeout: TIMEOUT_MS,
    sfRetryMaxLoginRetries: 1,
  })
  await connect(connection)
  try {
    const results: (readonly unknown[])[] = []
    for (const statement of statements) results.push(await execute(connection, statement))
    return results
  } finally {
    await new Promise<void>((resolve) => connection.destroy(() => resolve()))
  }
}
