import type { AddressInfo } from 'node:net'
import { createServer } from 'node:net'

/**
 * A port that was free a moment ago. The stack's parts name each other's addresses in their configuration,
 * so the addresses must be known before the parts listen.
 */
export const reservePort = async (host: string): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
