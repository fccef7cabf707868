import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/**
 * What happens to the next answers: they pass, the connection is cut when one arrives, or they are held for ever while
 * the connection stays open. Requests arrive in any case, except while `refuse` cuts every connection at once.
 */
export type ProxyMode = 'pass' | 'cut' | 'hold' | 'refuse'

/** A TCP proxy that loses answers after it has forwarded their requests. */
export interface LossyProxy {
  readonly port: number
  /** `pass` after `count` answers were lost; without `count` until the next call. */
  lose(mode: ProxyMode, count?: number): void
  /** New connections go to another port, as a load balancer sends them to another replica. */
  forwardTo(port: number): void
  /** How many answers were lost so far. */
  readonly lost: number
  close(): Promise<void>
}

export const startLossyProxy = async (firstPort: number): Promise<LossyProxy> => {
  let upstreamPort = firstPort
  const sockets = new Set<Socket>()
  let mode: ProxyMode = 'pass'
  let left = Number.POSITIVE_INFINITY
  let lost = 0

  const server = createServer((client) => {
    if (mode === 'refuse') {
      client.destroy()
      return
    }
    const upstream = connect(upstreamPort, '127.0.0.1')
    let isLost = false
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        upstream.destroy()
      })
    }
    client.on('data', (chunk) => void upstream.write(chunk))
    upstream.on('data', (chunk) => {
      if (mode === 'pass' && !isLost) {
        client.write(chunk)
        return
      }
      if (isLost) return
      isLost = true
      lost += 1
      left -= 1
      if (mode === 'cut') client.resetAndDestroy()
      if (left <= 0) mode = 'pass'
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    port: (server.address() as AddressInfo).port,
    lose: (next, count = Number.POSITIVE_INFINITY) => {
      mode = next
      left = count
      if (next === 'refuse') for (const socket of sockets) socket.destroy()
    },
    forwardTo: (port) => {
      upstreamPort = port
    },
    get lost() {
      return lost
    },
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
