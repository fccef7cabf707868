import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { SessionListener } from '../sessions/session-signals.ts'
import { sendEvents } from './send-events.ts'

/** A policy of this size is far above what policies have. */
const POLICY = 'x'.repeat(1024 * 1024)

let app: FastifyInstance
let listener: SessionListener | undefined
let ended: number
let wasLive: boolean
let response: ServerResponse | undefined
const sockets: Socket[] = []

beforeEach(async () => {
  ended = 0
  wasLive = true
  app = Fastify()
  app.get('/', (_request, reply) => {
    response = reply.raw
    sendEvents(reply, {
      signal: new AbortController().signal,
      isLive: async () => true,
      wasLive: async () => wasLive,
      listen: (given) => {
        listener = given
        return () => {
          listener = undefined
        }
      },
      onEnd: () => {
        ended += 1
      },
    })
  })
  await app.listen({ port: 0 })
})
afterEach(async () => {
  vi.useRealTimers()
  for (const socket of sockets.splice(0)) socket.destroy()
  await app.close()
})

const open = async (): Promise<Socket> => {
  const socket = connect((app.server.address() as AddressInfo).port)
  sockets.push(socket)
  socket.on('error', () => undefined)
  socket.write('GET / HTTP/1.1\r\nhost: broker\r\n\r\n')
  // The first bytes, and then nothing.
  await once(socket, 'readable')
  return socket
}
const change = (size = POLICY.length): void =>
  listener?.onEvent({ type: 'policy.changed', policy: { jws: POLICY.slice(0, size) }, tokenKey: '' })
const turn = () => new Promise((resolve) => setImmediate(resolve))

it('a client that reads no events is cut before they take much memory', async () => {
  await open()
  let sent = 0
  for (; ended === 0 && sent < 64; sent += 1) {
    change()
    await turn()
  }
  expect(ended).toBe(1)
  expect(listener).toBeUndefined()
})

it('a client that reads no events is cut at the next heartbeat, however few there are', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  await open()
  const half = 512 * 1024
  // Until the buffers of the system are full.
  while (response?.writableNeedDrain === false) {
    change(half)
    await turn()
  }
  expect(ended).toBe(0)
  vi.advanceTimersByTime(15_000)
  expect(ended).toBe(1)
})

it('a client that reads goes on', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  const socket = await open()
  let received = 0
  socket.on('data', (chunk: Buffer) => {
    received += chunk.length
  })
  for (let sent = 1; sent <= 32; sent += 1) {
    change()
    await expect.poll(() => received).toBeGreaterThan(sent * POLICY.length)
    vi.advanceTimersByTime(15_000)
    await turn()
  }
  expect(ended).toBe(0)
})

it('a stream whose session ended before it listened ends at once', async () => {
  wasLive = false
  const answer = await fetch(`http://127.0.0.1:${(app.server.address() as AddressInfo).port}`)
  expect(await answer.text()).toContain(': connected')
  expect([ended, listener]).toEqual([1, undefined])
})
