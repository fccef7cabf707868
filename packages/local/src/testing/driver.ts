import type { Bind, Connection, ConnectionOptions, RowStatement } from 'snowflake-sdk'
import type { LocalSnowflake } from '../local-snowflake.ts'

process.env.SNOWFLAKE_DISABLE_PLATFORM_DETECTION = 'true'
process.env.SNOWFLAKE_DISABLE_MINICORE = '1'
const { default: snowflake } = await import('snowflake-sdk')
snowflake.configure({ logLevel: 'OFF' })

interface DriverError extends Error {
  readonly code: string | number
  readonly sqlState?: string
}

export interface Executed {
  readonly statement: RowStatement
  readonly rows: Record<string, unknown>[]
}

/** The real driver, connected. @throws what the driver passes to its callback */
export const connect = (options: ConnectionOptions): Promise<Connection> =>
  new Promise((resolve, reject) => {
    const connection = snowflake.createConnection(options)
    connection.connect((error) => (error ? reject(error) : resolve(connection)))
  })

/** The same in the sample clinic of a local Snowflake: as its administrator, or as another user. */
export const connectToClinic = (
  { account, url, administrator }: LocalSnowflake,
  more: Partial<ConnectionOptions> = {},
): Promise<Connection> =>
  connect({
    account,
    accessUrl: url,
    ...administrator,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    ...more,
  })

export const execute = (
  connection: Connection,
  sqlText: string,
  more: {
    binds?: Bind[] | Bind[][]
    requestId?: string
    parameters?: Record<string, unknown>
    describeOnly?: boolean
    rowMode?: 'array' | 'object'
  } = {},
): Promise<Executed> =>
  new Promise((resolve, reject) => {
    connection.execute({
      sqlText,
      ...(more as object),
      complete: (error, statement, rows) =>
        error ? reject(error) : resolve({ statement, rows: (rows ?? []) as Record<string, unknown>[] }),
    })
  })

export const disconnect = (connection: Connection): Promise<void> =>
  new Promise((resolve) => {
    connection.destroy(() => resolve())
  })

/** The rows of a statement as arrays of values. */
export const rowsOf = async (connection: Connection, sqlText: string, binds?: Bind[]): Promise<unknown[]> =>
  (await execute(connection, sqlText, { rowMode: 'array', ...(binds ? { binds } : {}) })).rows

/** The code and SQLSTATE that a statement fails with. */
export const failureOf = async (
  promise: Promise<unknown>,
): Promise<{ code: string; sqlState: string; message: string }> => {
  const error = await promise.then(
    () => {
      throw new Error('the statement was expected to fail')
    },
    (reason: DriverError) => reason,
  )
  return { code: String(error.code), sqlState: error.sqlState ?? '', message: error.message }
}
