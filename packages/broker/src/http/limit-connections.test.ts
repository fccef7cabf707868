import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { type ConnectionLimitOptions, limitConnections } from './limit-connections.ts'

describe('connections without an accepted bearer', () => {
  let server: Server
  const clients: Socket[] = []
  afterEach(async () => {
    for (const client of clients.splice(0)) client.destroy()
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })

  const listen = async (options: ConnectionLimitOptions) => {
    server = createServer()
    const limits = limitConnections(server, options)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const accepted: Socket[] = []
    server.on('connection', (socket: Socket) => accepted.push(socket))
    return { limits, accepted }
  }
  const open = async (accepted: readonly Socket[], count: number): Promise<void> => {
    const { port } = server.address() as AddressInfo
    for (let made = 0; made < count; made += 1) {
      const before = accepted.length
      const client = connect(port, '127.0.0.1')
      client.on('error', () => undefined)
      clients.push(client)
      await once(client, 'connect')
      await expect.poll(() => accepted.length, { interval: 1 }).toBe(before + 1)
    }
  }
  const cut = (accepted: readonly Socket[]): number[] =>
    accepted.flatMap((socket, index) => (socket.destroyed ? [index] : []))

  it('of one address have half of what is free, so that a fleet behind it connects at once', async () => {
    const { accepted } = await listen({ connections: 100, perAddress: 4, trustedProxies: [] })
    await open(accepted, 33)
    expect(cut(accepted)).toEqual([])
    await open(accepted, 3)
    expect(cut(accepted)).toEqual([0, 1, 2])
  })

  it('of one address have their least number when few are free', async () => {
    const { accepted } = await listen({ connections: 6, perAddress: 4, trustedProxies: [] })
    await open(accepted, 5)
    expect(cut(accepted)).toEqual([0])
  })

  it('no longer count when a bearer was accepted on them', async () => {
    const { accepted, limits } = await listen({ connections: 8, perAddress: 1, trustedProxies: [] })
    await open(accepted, 1)
    limits.prove(accepted[0] as Socket)
    await open(accepted, 4)
    expect(cut(accepted)).not.toContain(0)
    expect(cut(accepted)).toContain(1)
  })

  it.each([['127.0.0.1'], ['127.0.0.0/8']])('of the trusted proxy %s are not counted', async (proxy) => {
    const { accepted } = await listen({ connections: 6, perAddress: 1, trustedProxies: [proxy] })
    await open(accepted, 5)
    expect(cut(accepted)).toEqual([])
  })
})
