import { connect } from 'node:net'
import { runAsDriver } from './driver-context.ts'

const WAIT_MS = 5_000

const PROXIES = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY']

/**
 * Whether a connection to a server can be opened within a few seconds. Where a proxy stands between, nothing can be said: then
 * it is taken as reached.
 */
export const reachesServer = async (
  server: URL | null,
  { proxyHost }: Readonly<Record<string, unknown>>,
): Promise<boolean> => {
  const hasProxy = typeof proxyHost === 'string' || PROXIES.some((name) => (process.env[name] ?? '') !== '')
  if (server === null || hasProxy) return true
  const port = Number(server.port) || (server.protocol === 'http:' ? 80 : 443)
  // A name in brackets is an address of IPv6.
  const host = server.hostname.replace(/^\[|\]$/g, '')
  return await new Promise<boolean>((resolve) => {
    const socket = runAsDriver(() => connect({ host, port, timeout: WAIT_MS }))
    const end = (reached: boolean) => () => {
      socket.destroy()
      resolve(reached)
    }
    socket.once('connect', end(true)).once('timeout', end(false)).once('error', end(false))
  })
}
