import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { sealRecord } from '@snowfence/audit'
import { afterEach, describe, expect, it } from 'vitest'
import { sampleSpan } from '../test-support/sample-trail.ts'
import { createForwarder } from './forwarder.ts'

const sealed = (count: number) =>
  Array.from({ length: count }, () =>
    sealRecord(sampleSpan(), {
      producer: 'sdk',
      sessionId: 'own',
      principal: null,
      receivedAt: '2026-01-02T03:04:05.678Z',
    }),
  )

let server: Server
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

/** A collector, and the number of requests that it was sent. */
const collect = async (answer: RequestListener) => {
  const counts = { requests: 0, forwarded: 0, dropped: 0 }
  server = createServer((request, response) => {
    counts.requests += 1
    request.resume()
    void answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const forwarder = createForwarder({
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    headers: {},
    onForwarded: (records) => {
      counts.forwarded += records
    },
    onDropped: (records) => {
      counts.dropped += records
    },
  })
  return { forwarder, counts }
}

const answerSlowly: RequestListener = (_request, response) => {
  response.writeHead(200)
  response.flushHeaders()
}

describe('a stop while records are forwarded', () => {
  it('ends the one request that hangs, sends no other, and says how many records were not shown', async () => {
    const { forwarder, counts } = await collect(() => undefined)
    forwarder.enqueue(sealed(9000))
    await expect.poll(() => counts.requests).toBe(1)
    expect(await forwarder.close()).toEqual({ notShown: 9000 })
    expect(counts).toEqual({ requests: 1, forwarded: 0, dropped: 9000 })
  })

  it('still sends what a collector takes, once each', async () => {
    const { forwarder, counts } = await collect((_request, response) => response.end('{}'))
    forwarder.enqueue(sealed(1200))
    expect(await forwarder.close()).toEqual({ notShown: 0 })
    expect(counts).toEqual({ requests: 3, forwarded: 1200, dropped: 0 })
  })

  it('does not wait for an answer whose body never ends', async () => {
    const { forwarder, counts } = await collect(answerSlowly)
    forwarder.enqueue(sealed(600))
    expect(await forwarder.close()).toEqual({ notShown: 0 })
    expect(counts.forwarded).toBe(600)
  })

  it('does not wait for the next attempt at a collector that refuses', async () => {
    const { forwarder, counts } = await collect((_request, response) => response.writeHead(503).end())
    forwarder.enqueue(sealed(700))
    await expect.poll(() => counts.requests).toBeGreaterThan(0)
    expect(await forwarder.close()).toEqual({ notShown: 700 })
    expect(counts.requests).toBeLessThanOrEqual(3)
  })
})
