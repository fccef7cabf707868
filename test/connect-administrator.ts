import type { LocalSnowflake } from '@snowfence/local'
import type { Connection } from 'snowflake-sdk'

// The driver reads these when it loads.
process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION = 'true'
process.env.SNOWFLAKE_DISABLE_MINICORE = '1'
const { default: snowflake } = await import('snowflake-sdk')
snowflake.configure({ logLevel: 'OFF' })

/** The driver itself, ungoverned, connected to a local Snowflake as its administrator. */
export const connectAdministrator = async (local: LocalSnowflake): Promise<Connection> => {
  const connection = snowflake.createConnection({
    account: local.account,
    accessUrl: local.url,
    ...local.administrator,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
  })
  await connection.connectAsync(() => {})
  return connection
}
