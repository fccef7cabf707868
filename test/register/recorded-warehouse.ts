import { connect, createServer, type Socket } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { createLocalSnowflake, type LocalSnowflake } from '@snowfence/local'

/** A request as it arrived, with its body unpacked. */
export interface ArrivedRequest {
  readonly method: string
  readonly path: string
  readonly body: string
}

/** A local Snowflake, and everything that was sent to it. */
export interface RecordedWarehouse {
  readonly warehouse: LocalSnowflake
  /** The address in front of the warehouse, where bytes are recorded and passed on. */
  readonly url: string
  /** Every byte that arrived since the last `forget`. */
  bytes(): Buffer
  requests(): ArrivedRequest[]
  forget(): void
  close(): Promise<void>
}

const readRequests = (bytes: Buffer): ArrivedRequest[] => {
  const requests: ArrivedRequest[] = []
  // HTTP/2, which the warehouse does not speak.
  if (bytes.subarray(0, 5).toString('latin1') === 'PRI *') return requests
  for (let rest = bytes; rest.length > 0; ) {
    const end = rest.indexOf('\r\n\r\n')
    if (end < 0) break
    const head = rest.subarray(0, end).toString('latin1')
    const [method = '', path = ''] = head.split(' ')
    const length = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0)
    const body = rest.subarray(end + 4, end + 4 + length)
    const isPacked = /^content-encoding: *gzip/im.test(head)
    requests.push({ method, path, body: (isPacked ? gunzipSync(body) : body).toString() })
    rest = rest.subarray(end + 4 + length)
  }
  return requests
}

export const startRecordedWarehouse = async (): Promise<RecordedWarehouse> => {
  const warehouse = await createLocalSnowflake()
  const { hostname, port } = new URL(warehouse.url)
  const open = new Set<Socket>()
  let connections: Buffer[][] = []
  const server = createServer((client) => {
    const arrived: Buffer[] = []
    connections.push(arrived)
    const onward = connect(Number(port), hostname)
    for (const socket of [client, onward]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => open.delete(socket))
    }
    client.on('data', (chunk: Buffer) => arrived.push(chunk))
    client.pipe(onward)
    onward.pipe(client)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: own } = server.address() as { port: number }
  const all = (): Buffer[] => connections.map((parts) => Buffer.concat(parts))
  return {
    warehouse,
    url: `http://127.0.0.1:${own}`,
    bytes: () => Buffer.concat(all()),
    requests: () => all().flatMap(readRequests),
    forget: () => {
      connections = []
    },
    close: async () => {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
      await warehouse.close()
    },
  }
}
