// What strangers cost: memory that a broker holds beyond idle while connections without a valid token send large bodies.
// node --conditions=snowfence-source test/fault/strangers.bench.ts [--json] [--connections 60,1000] [--megabytes 8]
import { readFile, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { startTestBroker } from '../../packages/broker/src/test-support/start-test-broker.ts'
import { startBrokerProcess } from '../broker-load/broker-process.ts'

const { values: flags } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    connections: { type: 'string', default: '60,1000' },
    megabytes: { type: 'string', default: '8' },
  },
})
const bodyBytes = Number(flags.megabytes) * 1024 * 1024
const CHUNK = Buffer.alloc(64 * 1024, 0x20)

/** Sends the head of a request and all of its body but the last byte, as long as the other side takes it. */
const send = (url: string, path: string): Socket => {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  let left = bodyBytes - 1
  const more = (): void => {
    while (left > 0 && !socket.destroyed) {
      const chunk = CHUNK.subarray(0, Math.min(left, CHUNK.length))
      left -= chunk.length
      if (!socket.write(chunk)) break
    }
  }
  socket.on('drain', more)
  socket.on('error', () => {})
  socket.resume()
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: broker\r\nauthorization: Bearer sfs_unknown\r\n` +
      `content-type: application/json\r\ncontent-length: ${bodyBytes}\r\n\r\n`,
  )
  more()
  return socket
}

/** Linux: the peak of the resident set since the last reset, in megabytes. */
const resetPeak = (pid: number) => writeFile(`/proc/${pid}/clear_refs`, '5')
const peakOf = async (pid: number): Promise<number> =>
  Number(/VmHWM:\s+(\d+) kB/.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024

const test = await startTestBroker()
const figures: { connections: number; megabytes: number; healthzMilliseconds: number }[] = []
for (const count of flags.connections.split(',').map(Number)) {
  const broker = await startBrokerProcess({ ...test.config, dataDir: `${test.directory}/strangers-${count}` })
  for (let warm = 0; warm < 20; warm += 1) await (await fetch(`${broker.url}/healthz`)).text()
  await pause(1000)
  const idle = await broker.residentMegabytes()
  await resetPeak(broker.pid)
  const sockets = Array.from({ length: count }, () => send(broker.url, '/v1/traces'))
  await pause(4000)
  const asked = performance.now()
  await (await fetch(`${broker.url}/healthz`)).text()
  const healthzMilliseconds = Math.round(performance.now() - asked)
  await pause(2000)
  const megabytes = Math.round((await peakOf(broker.pid)) - idle)
  figures.push({ connections: count, megabytes, healthzMilliseconds })
  for (const socket of sockets) socket.destroy()
  await broker.kill()
}
await test.close()

if (flags.json) process.stdout.write(`${JSON.stringify(figures)}\n`)
else
  for (const { connections, megabytes, healthzMilliseconds } of figures)
    process.stdout.write(
      `${connections} connections with bodies of ${flags.megabytes} MB: ${megabytes} MB beyond idle, healthz after ${healthzMilliseconds} ms\n`,
    )
