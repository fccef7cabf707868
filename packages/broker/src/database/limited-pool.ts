import { Socket } from 'node:net'
import { isSnowfenceError, type SnowfenceError } from '@snowfence/core'
import type { PostgresPool, PostgresPoolClient } from 'kysely'
import pg from 'pg'
import { explainRevokedPrivilege, isPrivilegeMissing } from './missing-privilege.ts'
import { asUnreachable } from './unreachable.ts'

/** How long a piece of work (one statement, or one transaction) may take, with the wait for a connection. */
export const WORK_LIMIT_MS = 5000
/** How long a connection may take to open. */
const CONNECT_LIMIT_MS = 3000
/** How long a statement waits for a lock: less than the whole work, so that the server says what the matter is. */
const LOCK_LIMIT_MS = 4000
/** How long closing waits for the server's goodbye. */
const CLOSE_LIMIT_MS = 2000
const MAX_CONNECTIONS = 10

/** What every connection of the broker has in common, and every socket that it opens. */
export const createConnectionOptions = (databaseUrl: string) => {
  const sockets = new Set<Socket>()
  return {
    sockets,
    options: {
      connectionString: databaseUrl,
      connectionTimeoutMillis: CONNECT_LIMIT_MS,
      keepAlive: true,
      application_name: 'snowfence-broker',
      stream: () => {
        const socket = new Socket()
        sockets.add(socket)
        socket.once('close', () => sockets.delete(socket))
        return socket
      },
    } satisfies pg.ClientConfig,
  }
}

/** Waits for a goodbye, then cuts what is left: a server that hangs says none. */
export const endInTime = async (ending: Promise<unknown>, sockets: ReadonlySet<Socket>): Promise<void> => {
  let timer: NodeJS.Timeout | undefined
  const limit = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, CLOSE_LIMIT_MS)
  })
  await Promise.race([ending.catch(() => undefined), limit])
  clearTimeout(timer)
  for (const socket of sockets) socket.destroy()
}

/**
 * One piece of work on a connection. When its time is over the connection is cut, so that the statement under way fails
 * at once and nothing waits for a server that hangs.
 */
const limitWork = (
  client: pg.PoolClient,
  {
    until,
    onDiskFull,
    explainPrivilege,
  }: {
    readonly until: number
    readonly onDiskFull: () => void
    readonly explainPrivilege: (error: unknown) => Promise<SnowfenceError>
  },
): PostgresPoolClient => {
  let isCut = false
  const timer = setTimeout(() => {
    isCut = true
    client.end().catch(() => undefined)
  }, until - performance.now())
  const query = async (sqlText: string, parameters: readonly unknown[]) => {
    if (isCut) throw asUnreachable(new Error('the work took longer than it may'))
    try {
      return await client.query(sqlText, [...(parameters ?? [])])
    } catch (error) {
      const failure = isPrivilegeMissing(error) ? await explainPrivilege(error) : asUnreachable(error)
      if (isSnowfenceError(failure, 'ERR_BROKER_DISK_FULL')) onDiskFull()
      throw failure
    }
  }
  return {
    // Kysely asks for cursors only when it is given a class for them.
    query: query as unknown as PostgresPoolClient['query'],
    release(isBroken) {
      clearTimeout(timer)
      client.release(isBroken === true || isCut)
    },
  }
}

/**
 * Connections to PostgreSQL in which nothing waits without end: to connect, for a free connection, for a lock, for a
 * statement, and on the server for a broker that stopped within a transaction. Whatever goes wrong with the server or the
 * way to it is `ERR_BROKER_DATABASE_UNREACHABLE`; of a disk without space the caller is told.
 */
export const createLimitedPool = (databaseUrl: string, onDiskFull: () => void): PostgresPool => {
  const { options, sockets } = createConnectionOptions(databaseUrl)
  const pool = new pg.Pool({
    ...options,
    max: MAX_CONNECTIONS,
    statement_timeout: WORK_LIMIT_MS,
    lock_timeout: LOCK_LIMIT_MS,
    idle_in_transaction_session_timeout: WORK_LIMIT_MS,
  })
  // The server may end any connection at any moment, an idle one or one in use. The work on it is told by its own
  // statement; an `error` event without a listener would end the process.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', () => undefined))
  let explaining: Promise<SnowfenceError> | null = null
  // Requests that fail together share one question.
  const explainPrivilege = (error: unknown): Promise<SnowfenceError> => {
    explaining ??= explainRevokedPrivilege(error, options).finally(() => {
      explaining = null
    })
    return explaining
  }
  return {
    options: {},
    async connect() {
      const until = performance.now() + WORK_LIMIT_MS
      try {
        return limitWork(await pool.connect(), { until, onDiskFull, explainPrivilege })
      } catch (error) {
        throw asUnreachable(error)
      }
    },
    end: () => endInTime(pool.end(), sockets),
  }
}
