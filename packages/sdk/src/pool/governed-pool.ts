import { createRequire } from 'node:module'
import type * as genericPool from 'generic-pool'
import type { Options, Pool } from 'generic-pool'
import type { GovernedConnectionOptions } from '../connection/connection-options.ts'
import { createGovernedConnection } from '../connection/create-governed-connection.ts'
import { GovernedConnection } from '../connection/governed-connection.ts'

const require = createRequire(import.meta.url)

/**
 * A pool of governed connections on generic-pool, like snowflake-sdk's `createPool`.
 *
 * Each connection has a session and a lease of its own. One that is given back stays lent out until its statements
 * were answered: `execute` is no promise, so a program may give a connection back while its statement still waits for a
 * person. A stream of rows that is paused, or that nobody reads, keeps no connection back. A failure to connect rejects
 * `acquire` with its own error, and one that was ended (by its program, by a revocation, by an audit history that was
 * rewritten) is not handed out again.
 *
 * @throws TypeError, SnowfenceError ERR_OPTION_REFUSED: wrong options are found here and not at the first `acquire`
 */
export const createGovernedPool = (
  options: GovernedConnectionOptions,
  poolOptions: Options = {},
): Pool<GovernedConnection> => {
  createGovernedConnection(options)
  // For those who use a pool only.
  const { createPool } = require('generic-pool') as typeof genericPool
  const failures = new WeakMap<GovernedConnection, unknown>()
  const pool = createPool<GovernedConnection>(
    {
      // generic-pool tries a rejected creation again for ever while somebody waits, so a failed connection is handed
      // to the one who waits, who gets its error.
      create: async () => {
        const connection = createGovernedConnection(options)
        try {
          await connection.connectAsync()
        } catch (error) {
          failures.set(connection, error)
        }
        return connection
      },
      destroy: async (connection) => await connection[Symbol.asyncDispose](),
      validate: async (connection) => failures.has(connection) || (await connection.isValidAsync()),
    },
    poolOptions,
  )

  const { acquire, destroy, release } = pool
  pool.acquire = async (priority) => {
    for (;;) {
      const connection = await acquire.call(pool, priority)
      if (connection.isUp()) return connection
      await pool.destroy(connection)
      if (failures.has(connection)) throw failures.get(connection)
    }
  }
  pool.release = async (connection) => {
    await GovernedConnection.whenAnswered(connection)
    await (connection.isUp() ? release : destroy).call(pool, connection)
  }
  return pool
}
