import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Session } from '@snowfence/core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type LabBroker, startTrailLab, type TrailLab } from './trail-lab.ts'

// A graceful stop ends in the promised time whatever clients do. The limits here are so long that a broker which waits for
// its clients does not end before the test does.

let lab: TrailLab
beforeAll(async () => {
  lab = await startTrailLab()
})
afterAll(() => lab.close())

const open = async ({ url }: LabBroker, text: string): Promise<Socket> => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.write(text)
  return socket
}
const headOf = (method: string, path: string, { sessionToken }: Session): string =>
  `${method} ${path} HTTP/1.1\r\nhost: broker\r\nauthorization: Bearer ${sessionToken}\r\n`

it('a stop is not held up by clients that send nothing, send half or do not read, and says what it cut', async () => {
  const limits = { headerSeconds: 120, requestSeconds: 600, answerSeconds: 600, idleSeconds: 600 }
  const broker = await lab.start({ config: { limits } })
  const session = await lab.openSession(broker.url)
  const body = 'content-type: application/json\r\ncontent-length: 1000\r\nexpect: 100-continue\r\n\r\n{'
  const silent = [await open(broker, ''), await open(broker, 'GET /healthz HTTP/1.1\r\nhost: brok')]
  const asking = [
    await open(broker, `${headOf('POST', '/v1/traces', session)}${body}`),
    await open(broker, `${headOf('GET', `/v1/sessions/${session.sessionId}/events`, session)}\r\n`),
  ]
  // A request is under way when its first bytes are answered: the broker must not have stopped before it read them.
  await Promise.all(asking.map((socket) => once(socket, 'data')))
  for (const socket of asking) socket.pause()
  expect(await broker.kill('SIGTERM')).toBe(0)
  expect(broker.log()).toMatch(/"withRequest":1,"withoutRequest":2.*cut/)
  for (const socket of [...silent, ...asking]) socket.destroy()
}, 90_000)
