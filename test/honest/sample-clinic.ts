import { createLocalSnowflake } from '@snowfence/local'
import { connectToClinic } from '../../packages/local/src/testing/driver.ts'

export interface SampleClinic {
  /** Runs a statement as the administrator, ungoverned. @returns its rows. @throws what the warehouse answers */
  run(sql: string): Promise<readonly Record<string, unknown>[]>
  close(): Promise<void>
}

/** The local Snowflake with the sample clinic, and the driver connected to it. */
export const startSampleClinic = async (): Promise<SampleClinic> => {
  const local = await createLocalSnowflake({ patients: 300 })
  const connection = await connectToClinic(local)
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
