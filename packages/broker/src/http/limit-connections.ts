import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { normalizeIP } from '@fastify/rate-limit'

export interface ConnectionLimits {
  /** A bearer was accepted on the connection: it no longer counts as a stranger's. */
  prove(socket: Socket): void
}

const addressOf = ({ remoteAddress }: Socket): string =>
  remoteAddress === undefined ? '' : normalizeIP(remoteAddress, 64)

/**
 * Bounds the connections of one address on which no bearer was accepted yet. One too many ends the oldest of them: a
 * client that shows its token at once is not kept out by others that only connect.
 */
export const limitConnections = (server: Server, perAddress: number): ConnectionLimits => {
  const strangers = new Map<string, Set<Socket>>()

  const forget = (socket: Socket, address: string): void => {
    const sockets = strangers.get(address)
    sockets?.delete(socket)
    if (sockets?.size === 0) strangers.delete(address)
  }
  const addresses = new WeakMap<Socket, string>()

  server.on('connection', (socket: Socket) => {
    const address = addressOf(socket)
    addresses.set(socket, address)
    const sockets = strangers.get(address) ?? new Set()
    strangers.set(address, sockets.add(socket))
    socket.once('close', () => forget(socket, address))
    const [oldest] = sockets
    if (sockets.size > perAddress) oldest?.destroy()
  })
  return {
    prove(socket) {
      const address = addresses.get(socket)
      if (address !== undefined) forget(socket, address)
    },
  }
}
