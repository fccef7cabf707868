import { createRequire } from 'node:module'
import type { Lease } from '@snowfence/core'
import type * as snowflake from 'snowflake-sdk'

const require = createRequire(import.meta.url)
const TIMEOUT_MS = 15_000
/** A connection that nobody uses for so long is closed. */
const IDLE_MS = 30_000
/** A lease with less left is not begun with. */
const LEAST_LEFT_MS = 30_000

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

interface Open {
  readonly connection: snowflake.Connection
  readonly expiresAt: number
}

const destroy = (connection: snowflake.Connection): Promise<void> =>
  new Promise((resolve) => connection.destroy(() => resolve()))

/** Runs metadata reads on a connection of its own, under short leases. It is opened with the first and closed when idle. */
export class WarehouseReader {
  readonly #address: WarehouseAddress
  readonly #lease: () => Promise<Lease>
  #open: Promise<Open> | null = null
  #idle: NodeJS.Timeout | null = null
  #running = 0
  /** Their lease has ended, and statements may still run on them. */
  readonly #replaced: snowflake.Connection[] = []

  constructor(address: WarehouseAddress, lease: () => Promise<Lease>) {
    this.#address = address
    this.#lease = lease
  }

  /** Rows as arrays. @throws the driver's error */
  async read(sqlText: string): Promise<unknown[][]> {
    this.#running += 1
    if (this.#idle !== null) clearTimeout(this.#idle)
    try {
      const { connection } = await this.#connection()
      return await new Promise((resolve, reject) => {
        connection.execute({
          sqlText,
          rowMode: 'array',
          complete: (error, _statement, rows) =>
            error ? reject(error) : resolve((rows ?? []) as unknown[][]),
        })
      })
    } finally {
      this.#running -= 1
      if (this.#running === 0) {
        for (const connection of this.#replaced.splice(0)) void destroy(connection)
        this.#idle = setTimeout(() => void this.close(), IDLE_MS).unref()
      }
    }
  }

  async close(): Promise<void> {
    if (this.#idle !== null) clearTimeout(this.#idle)
    const open = this.#open
    this.#open = null
    const { connection } = (await open?.catch(() => null)) ?? {}
    const all = [...this.#replaced.splice(0), ...(connection === undefined ? [] : [connection])]
    await Promise.all(all.map(destroy))
  }

  async #connection(): Promise<Open> {
    const known = this.#open
    if (known !== null) {
      const open = await known.catch(() => null)
      if (open?.connection.isUp() === true && open.expiresAt - Date.now() > LEAST_LEFT_MS) return open
      // Another caller may have opened a new one meanwhile.
      if (this.#open === known) {
        this.#open = null
        if (open !== null) this.#replaced.push(open.connection)
      }
    }
    this.#open ??= this.#connect()
    return await this.#open
  }

  async #connect(): Promise<Open> {
    const lease = await this.#lease()
    const { account, accessUrl } = this.#address
    const connection = loadDriver().createConnection({
      account,
      ...(accessUrl === undefined ? {} : { accessUrl }),
      ...(lease.warehouse === null ? {} : { warehouse: lease.warehouse }),
      username: lease.user,
      role: lease.role,
      authenticator: 'OAUTH',
      token: lease.token,
      application: 'snowfence_broker',
      timeout: TIMEOUT_MS,
      sfRetryMaxLoginRetries: 1,
    })
    await new Promise<void>((resolve, reject) => {
      connection.connect((error) => (error ? reject(error) : resolve()))
    })
    return { connection, expiresAt: Date.parse(lease.expiresAt) }
  }
}
