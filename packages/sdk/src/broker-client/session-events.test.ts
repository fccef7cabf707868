import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Secret, type SessionEvent } from '@snowfence/core'
import { createHttpClient } from '@snowfence/core/http'
import { afterEach, expect, test } from 'vitest'
import { listenToSession } from './session-events.ts'

let server: Server | null = null
const ending: AbortController[] = []

afterEach(async () => {
  for (const controller of ending.splice(0)) controller.abort()
  server?.closeAllConnections()
  await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()))
  server = null
})

const serve = async (answer: (response: ServerResponse, request: number) => void): Promise<URL> => {
  let requests = 0
  server = createServer((_request, response) => {
    requests += 1
    answer(response, requests)
  })
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve))
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

const listen = (broker: URL) => {
  const controller = new AbortController()
  ending.push(controller)
  const events: SessionEvent[] = []
  let gone = 0
  const done = listenToSession({
    broker: createHttpClient(broker),
    sessionId: 'session',
    token: () => new Secret('token'),
    signal: controller.signal,
    onEvent: (event) => {
      events.push(event)
    },
    onGone: () => {
      gone += 1
    },
  })
  return { events, gone: () => gone, done, end: () => controller.abort() }
}

const revoked = 'event: session\ndata: {"type":"session.revoked","reason":"a drill"}\n\n'

test('an event is heard, also when it comes in pieces and with line ends of either kind', async () => {
  const broker = await serve((response) => {
    response.writeHead(200)
    response.write(': hello\r\n\r\n')
    response.write(revoked.slice(0, 30).replaceAll('\n', '\r\n'))
    setTimeout(() => response.write(revoked.slice(30)), 10)
  })
  const heard = listen(broker)
  await expect.poll(() => heard.events).toEqual([{ type: 'session.revoked', reason: 'a drill' }])
})

test('what is not an event of the protocol is not heard', async () => {
  const broker = await serve((response) => {
    response.writeHead(200)
    response.write('data: not json\n\ndata: {"type":"become.administrator"}\n\n')
    response.write(revoked)
  })
  const heard = listen(broker)
  await expect.poll(() => heard.events).toHaveLength(1)
})

test('a stream that breaks is opened again', async () => {
  const broker = await serve((response, request) => {
    response.writeHead(200)
    if (request === 1) response.destroy()
    else response.write(revoked)
  })
  const heard = listen(broker)
  await expect.poll(() => heard.events, { timeout: 5_000 }).toHaveLength(1)
})

test.each([401, 404, 410])(
  'status %i says that the session is gone, and ends the listening',
  async (status) => {
    const broker = await serve((response) => response.writeHead(status).end())
    const heard = listen(broker)
    await heard.done
    expect(heard.gone()).toBe(1)
  },
)

test('an end by the signal is no event', async () => {
  const broker = await serve((response) => {
    response.writeHead(200)
    response.write(': open\n\n')
  })
  const heard = listen(broker)
  await new Promise((resolve) => setTimeout(resolve, 20))
  heard.end()
  await heard.done
  expect([heard.events, heard.gone()]).toEqual([[], 0])
})
