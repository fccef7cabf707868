import { createRequire } from 'node:module'
import type * as snowflake from 'snowflake-sdk'
import { deferModules } from './defer-modules.ts'
import { parseVariant } from './parse-variant.ts'

/** The driver's types, named here so that no other file needs to import it. */
export type DriverConnection = snowflake.Connection
export type DriverConnectionOptions = snowflake.ConnectionOptions
export type DriverStatement = snowflake.RowStatement
export type DriverStatementOption = snowflake.StatementOption
export type DriverStreamOptions = snowflake.StreamOptions
export type DriverColumn = snowflake.Column
export type DriverConfigureOptions = snowflake.ConfigureOptions
export type DriverConnectionCallback = snowflake.ConnectionCallback
export type DriverStatementCallback = snowflake.StatementCallback
export type DriverError = snowflake.SnowflakeError
export type Driver = typeof snowflake

const require = createRequire(import.meta.url)
let loaded: Driver | undefined

/**
 * Loads snowflake-sdk on first use and closes its process-wide doors:
 * no probing of cloud metadata addresses, no native telemetry add-on, no log file in the working directory,
 * and no evaluation of VARIANT text as code.
 *
 * The environment variables are read by the driver while it loads, so they are set before it is required;
 * a value that the process already has is left alone. What a governed connection has no use for is left unloaded until it
 * is used, unless the driver is wanted whole.
 */
export const loadDriver = ({ isWhole = false } = {}): Driver => {
  if (loaded) return loaded
  process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION ??= 'true'
  process.env.SNOWFLAKE_DISABLE_MINICORE ??= 'true'
  process.env.SF_TELEMETRY_DISABLE_CONNECTION_SHAPE ??= 'true'
  const load = () => require('snowflake-sdk') as Driver
  const driver = isWhole ? load() : deferModules(load)
  driver.configure({ logLevel: 'OFF' })
  driver.configure({ jsonColumnVariantParser: parseVariant })
  loaded = driver
  return driver
}
