import type { Server } from 'node:http'
import { BlockList, isIP, type Socket } from 'node:net'
import { normalizeIP } from '@fastify/rate-limit'

export interface ConnectionLimits {
  /** A bearer was accepted on the connection: it no longer counts as a stranger's. */
  prove(socket: Socket): void
}

export interface ConnectionLimitOptions {
  /** All connections. */
  readonly connections: number
  /** Connections of one address without an accepted bearer, however many others there are. */
  readonly perAddress: number
  /** Addresses and networks of proxies: many clients stand behind each of their addresses. */
  readonly trustedProxies: readonly string[]
}

const addressOf = ({ remoteAddress }: Socket): string =>
  remoteAddress === undefined ? '' : normalizeIP(remoteAddress, 64)

const createProxyTest = (networks: readonly string[]): ((socket: Socket) => boolean) => {
  const list = new BlockList()
  for (const network of networks) {
    const [address = '', bits] = network.split('/')
    const family = isIP(address) === 6 ? 'ipv6' : 'ipv4'
    if (bits === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(bits), family)
  }
  return ({ remoteAddress = '' }) => {
    const address = remoteAddress.replace(/^::ffff:(?=\d+\.)/, '')
    return list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4')
  }
}

/**
 * Bounds the connections of one address on which no bearer was accepted yet. One too many ends the oldest of them: a
 * client that shows its token at once is not kept out by others that only connect.
 *
 * An address may have half of the connections that are still free. So a fleet of agents behind one address comes back at
 * once after a restart, and no address takes the last places. A trusted proxy is not counted.
 */
export const limitConnections = (
  server: Server,
  { connections, perAddress, trustedProxies }: ConnectionLimitOptions,
): ConnectionLimits => {
  const strangers = new Map<string, Set<Socket>>()
  const addresses = new WeakMap<Socket, string>()
  const isProxy = createProxyTest(trustedProxies)
  let open = 0

  const forget = (socket: Socket, address: string): void => {
    const sockets = strangers.get(address)
    sockets?.delete(socket)
    if (sockets?.size === 0) strangers.delete(address)
  }

  server.on('connection', (socket: Socket) => {
    open += 1
    socket.once('close', () => {
      open -= 1
    })
    if (isProxy(socket)) return
    const address = addressOf(socket)
    addresses.set(socket, address)
    const sockets = strangers.get(address) ?? new Set()
    strangers.set(address, sockets.add(socket))
    socket.once('close', () => forget(socket, address))
    const [oldest] = sockets
    if (sockets.size > Math.max(perAddress, (connections - open) / 2)) oldest?.destroy()
  })
  return {
    prove(socket) {
      const address = addresses.get(socket)
      if (address !== undefined) forget(socket, address)
    },
  }
}
