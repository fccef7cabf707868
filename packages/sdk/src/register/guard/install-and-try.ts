import http from 'node:http'
import net from 'node:net'
import { isSnowfenceError, SnowfenceError } from '@snowfence/core/errors'

const host = 'guard-check.snowflakecomputing.com'
const path = '/session/v1/login-request'

const isRefusal = (error: unknown): boolean => isSnowfenceError(error, 'ERR_UNGOVERNED_REQUEST')

/** A socket that is connected to nothing. */
const idleSocket = (): net.Socket => new net.Socket().on('error', () => {})

const checks: readonly (readonly [string, () => boolean])[] = [
  [
    'node:http',
    () => {
      try {
        http
          .request({ host, path, method: 'POST', createConnection: idleSocket })
          .on('error', () => {})
          .destroy()
        return false
      } catch (error) {
        return isRefusal(error)
      }
    },
  ],
  [
    'node:net',
    () => {
      const socket = idleSocket()
      try {
        // An address that leads nowhere, and a name that is refused first.
        socket.connect({ host, port: 9, lookup: () => {} })
        return false
      } catch (error) {
        return isRefusal(error)
      } finally {
        socket.destroy()
      }
    },
  ],
  [
    'what sockets write',
    () => {
      const socket = idleSocket()
      // It waits for a name that is never found, and meanwhile writes to nobody.
      socket.connect({ host: 'guard-check.invalid', port: 9, lookup: () => {} })
      socket.write(`POST ${path} HTTP/1.1\r\nhost: guard-check.invalid\r\n\r\n`)
      const { errored } = socket
      socket.destroy()
      return isRefusal(errored)
    },
  ],
]

const unavailable = (parts: string, cause?: unknown): SnowfenceError =>
  new SnowfenceError('ERR_GUARD_UNAVAILABLE', {
    message: `requests of this Node, ${process.version}, cannot be guarded (${parts}), so the program does not start`,
    hint: 'use Node 22, 24 or 26, and load snowfence/register before what replaces or freezes parts of Node',
    cause,
  })

/**
 * Puts the guard into its places, and tries it out on requests that lead nowhere.
 *
 * @throws SnowfenceError ERR_GUARD_UNAVAILABLE where this Node, or what was loaded before, sends requests in another way
 */
export const installAndTry = (install: () => void): void => {
  try {
    install()
  } catch (cause) {
    throw unavailable('a part of Node cannot be changed', cause)
  }
  const failed = checks.filter(([, isHeld]) => !isHeld()).map(([name]) => name)
  if (failed.length > 0) throw unavailable(failed.join(', '))
}
