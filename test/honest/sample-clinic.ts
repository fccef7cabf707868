import { createLocalSnowflake } from '@snowfence/local'
import type { Connection } from 'snowflake-sdk'

process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION = 'true'
process.env.SNOWFLAKE_DISABLE_MINICORE = '1'
const { default: snowflake } = await import('snowflake-sdk')
snowflake.configure({ logLevel: 'OFF' })

export interface SampleClinic {
  /** Runs a statement as the administrator, ungoverned. @returns its rows. @throws what the warehouse answers */
  run(sql: string): Promise<readonly Record<string, unknown>[]>
  close(): Promise<void>
}

/** The local Snowflake with the sample clinic, and the driver connected to it. */
export const startSampleClinic = async (): Promise<SampleClinic> => {
  const local = await createLocalSnowflake({ patients: 300 })
  const connection: Connection = snowflake.createConnection({
    account: local.account,
    accessUrl: local.url,
    ...local.administrator,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
  })
  await connection.connectAsync(() => {})
  return {
    run: (sqlText) =>
      new Promise((resolve, reject) => {
        connection.execute({
          sqlText,
          complete: (error, _statement, rows) => (error ? reject(error) : resolve(rows ?? [])),
        })
      }),
    close: async () => {
      await new Promise<void>((resolve) => connection.destroy(() => resolve()))
      await local.close()
    },
  }
}
