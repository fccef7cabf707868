import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { isSnowfenceError, type Receipt, Secret } from '@snowfence/core'
import { afterEach, describe, expect, it } from 'vitest'
import { decodeTraceRequest } from '../codec/decode-trace-request.ts'
import { createSpans } from '../test-support/sample-spans.ts'
import { causeOf } from './not-durable.ts'
import { createOtlpSink } from './otlp-sink.ts'
import type { SpanSink } from './span-sink.ts'

interface Received {
  readonly path: string
  readonly authorization: string
  readonly contentType: string
  readonly body: Buffer
}

type Answer = (received: Received, response: http.ServerResponse, request: http.IncomingMessage) => void

const rootHash = (fill: number): string => Buffer.alloc(32, fill).toString('base64')
const receiptOf = (receipt: Partial<Receipt>): string =>
  JSON.stringify({ firstLeaf: 0, leaves: 1, treeSize: 1, rootHash: rootHash(1), ...receipt })
const acknowledge =
  (receipt: Partial<Receipt>, body: Uint8Array | string = ''): Answer =>
  (_, response) => {
    response.writeHead(200, { 'snowfence-receipt': receiptOf(receipt) }).end(body)
  }
const status =
  (code: number): Answer =>
  (_, response) => {
    response.writeHead(code).end()
  }

const opened: { close(): unknown }[] = []
afterEach(async () => {
  for (const resource of opened.splice(0)) await resource.close()
})

/** A server that gives these answers in turn, and the sink that writes to it. */
const openSink = async (...answers: Answer[]) => {
  const received: Received[] = []
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { url = '', headers } = request
      const entry = {
        path: url,
        authorization: headers.authorization ?? '',
        contentType: headers['content-type'] ?? '',
        body: Buffer.concat(chunks),
      }
      received.push(entry)
      const answer = answers[received.length - 1]
      if (answer === undefined) response.writeHead(500).end()
      else answer(entry, response, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const sink = createOtlpSink({
    broker: `http://127.0.0.1:${port}`,
    token: () => new Secret('session-token'),
  })
  opened.push(sink, {
    close: () => {
      server.closeAllConnections()
      server.close()
    },
  })
  return { sink, received, server }
}

const reset: Answer = (_, __, request) => request.socket.resetAndDestroy()
/** A tree of five records, to which nothing was added. */
const atFive = { firstLeaf: 5, leaves: 0, treeSize: 5 } as const

const never = new AbortController().signal
const write = (sink: SpanSink, count = 1) => sink.write(createSpans(count), never)
const failure = (written: Promise<unknown>) =>
  written.then(
    () => 'written',
    (error: unknown) => causeOf(error) ?? error,
  )

describe('the OTLP sink', () => {
  it('posts protobuf to the broker’s traces with the session token, and gives its receipt', async () => {
    const { sink, received } = await openSink(acknowledge({ firstLeaf: 4, leaves: 2, treeSize: 6 }))
    expect(await write(sink, 2)).toEqual({ firstLeaf: 4, leaves: 2, treeSize: 6, rootHash: rootHash(1) })
    const [request] = received
    expect(request).toMatchObject({
      path: '/v1/traces',
      authorization: 'Bearer session-token',
      contentType: 'application/x-protobuf',
    })
    expect(decodeTraceRequest(request!.body, request!.contentType).map(({ name }) => name)).toEqual([
      'span 0',
      'span 1',
    ])
  })

  it.each([401, 403])('says that the session is not accepted at status %i', async (code) => {
    const { sink } = await openSink(status(code))
    expect(await failure(write(sink))).toBe('unauthorized')
  })

  it.each([401, 422, 503])('passes on the words of a broker that answers with status %i', async (code) => {
    const error = { code: 'ERR_SESSION_NOT_FOUND', message: 'the session has ended', hint: 'connect again' }
    const { sink } = await openSink((_, response) =>
      response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify({ error })),
    )
    await expect(write(sink)).rejects.toMatchObject({
      details: { code: error.code, reason: error.message },
    })
  })

  it.each([400, 409, 413, 415, 422])('says that the records are refused at status %i', async (code) => {
    const { sink } = await openSink(status(code))
    expect(await failure(write(sink))).toBe('refused')
  })

  it.each([300, 302, 307, 404, 429, 500, 503])('says that nothing is stored at status %i', async (code) => {
    const { sink, received } = await openSink(status(code))
    expect(await failure(write(sink))).toBe('unavailable')
    expect(received).toHaveLength(1)
  })

  it.each([
    ['without a receipt', (_: Received, response: http.ServerResponse) => void response.writeHead(200).end()],
    [
      'with a receipt that is not JSON',
      (_: Received, response: http.ServerResponse) =>
        void response.writeHead(200, { 'snowfence-receipt': 'yes' }).end(),
    ],
    [
      'with a receipt that lacks a field',
      (_: Received, response: http.ServerResponse) =>
        void response.writeHead(200, { 'snowfence-receipt': '{"firstLeaf":0}' }).end(),
    ],
    ['with a receipt beyond its own tree', acknowledge({ firstLeaf: 9, leaves: 1, treeSize: 3 })],
    ['with a root that is no hash', acknowledge({ rootHash: 'AAAA' })],
    ['with a receipt for fewer records', acknowledge({ leaves: 0 })],
    ['with a receipt for more records', acknowledge({ leaves: 2, treeSize: 2 })],
    ['with a body that is not OTLP', acknowledge({}, Uint8Array.of(0xff, 0xff, 0xff))],
  ] as [string, Answer][])('does not take an answer %s for an acknowledgement', async (_, answer) => {
    const { sink } = await openSink(answer)
    expect(await failure(write(sink))).toBe('receipt-invalid')
  })

  it('does not take a partial success for an acknowledgement', async () => {
    // ExportTraceServiceResponse { partial_success { rejected_spans: 1 } }
    const { sink } = await openSink(acknowledge({}, Uint8Array.of(0x0a, 0x02, 0x08, 0x01)))
    expect(await failure(write(sink))).toBe('refused')
  })

  it('tries again when the connection breaks, with the same spans, and accepts that they are held already', async () => {
    const { sink, received } = await openSink(reset, acknowledge({ ...atFive, held: [4] }))
    expect(await write(sink)).toMatchObject({ leaves: 0, held: [4], treeSize: 5 })
    expect(received).toHaveLength(2)
    expect(received[1]!.body.equals(received[0]!.body)).toBe(true)
  })

  it('outlives every connection that it kept to a broker that was restarted', async () => {
    const { sink } = await openSink(reset, reset, acknowledge({ ...atFive, held: [4] }))
    expect(await write(sink)).toMatchObject({ held: [4] })
  })

  it('outlives a network that loses several answers in a row', async () => {
    const lost = Array.from({ length: 5 }, () => reset)
    const { sink } = await openSink(...lost, acknowledge({ ...atFive, held: [4] }))
    expect(await write(sink)).toMatchObject({ held: [4] })
  })

  it('gives up when every connection breaks', async () => {
    const { sink, received } = await openSink(...Array.from({ length: 9 }, () => reset))
    expect(await failure(write(sink))).toBe('unreachable')
    expect(received).toHaveLength(6)
  })

  it('gives up at once when its time is over between two tries', async () => {
    const { sink, received } = await openSink(...Array.from({ length: 9 }, () => reset))
    const aborting = new AbortController()
    const written = sink.write(createSpans(1), aborting.signal)
    await expect.poll(() => received.length).toBe(3)
    aborting.abort()
    expect(await failure(written)).toBe('timeout')
    expect(received.length).toBeLessThan(6)
  })

  it('knows in a later write that a record was sent before, whatever became of the answer', async () => {
    const [first, second] = createSpans(2)
    for (const lost of [status(503), acknowledge({ leaves: 0 }), () => {}] as Answer[]) {
      const { sink } = await openSink(lost, acknowledge({ firstLeaf: 5, leaves: 1, treeSize: 6, held: [4] }))
      const limit = AbortSignal.timeout(100)
      await sink.write([first!], limit).catch(() => {})
      expect(await sink.write([first!, second!], never)).toMatchObject({ leaves: 1, held: [4] })
    }
  })

  it.each([
    ['a record that was never sent', { ...atFive, held: [4] }],
    ['a place behind the end of the tree', { ...atFive, held: [5] }],
    ['nothing', { ...atFive }],
  ])('does not believe a broker that holds %s', async (what, receipt) => {
    const { sink } = await openSink(status(503), acknowledge(receipt))
    const spans = createSpans(2)
    const isSent = what !== 'a record that was never sent'
    await sink.write(spans.slice(0, 1), never).catch(() => {})
    expect(await failure(sink.write(isSent ? spans.slice(0, 1) : spans.slice(1), never))).toBe(
      'receipt-invalid',
    )
  })

  it('does not believe one place for two records', async () => {
    const { sink } = await openSink(status(503), acknowledge({ ...atFive, held: [4, 4] }))
    const spans = createSpans(2)
    await sink.write(spans, never).catch(() => {})
    expect(await failure(sink.write(spans, never))).toBe('receipt-invalid')
  })

  it('says that nobody is there when the connection is refused', async () => {
    const { sink, server } = await openSink()
    await new Promise((resolve) => server.close(resolve))
    expect(await failure(write(sink))).toBe('unreachable')
  })

  it('does not read an answer without end', async () => {
    let written = 0
    const flood: Answer = (_, response) => {
      response.writeHead(200, { 'snowfence-receipt': receiptOf({}) })
      const chunk = Buffer.alloc(64 * 1024)
      const pump = () => {
        while (!response.destroyed && written < 64 * 1024 * 1024) {
          written += chunk.length
          if (!response.write(chunk)) {
            response.once('drain', pump)
            return
          }
        }
        response.end()
      }
      pump()
    }
    const { sink } = await openSink(flood)
    expect(await failure(write(sink))).toBe('unreachable')
    expect(written).toBeLessThan(64 * 1024 * 1024)
  })

  it('ends when it is told that time is up', async () => {
    const { sink } = await openSink(() => {})
    const controller = new AbortController()
    const written = failure(sink.write(createSpans(1), controller.signal))
    controller.abort()
    expect(await written).toBe('timeout')
  })

  it('keeps one connection for many writes', async () => {
    const answers = Array.from({ length: 5 }, (_, number) =>
      acknowledge({ firstLeaf: number, treeSize: number + 1 }),
    )
    const { sink, server } = await openSink(...answers)
    let connections = 0
    server.on('connection', () => {
      connections += 1
    })
    for (let number = 0; number < 5; number += 1) await write(sink)
    expect(connections).toBe(1)
  })
})

describe('the head of the tree, as this side remembers it', () => {
  const rewritten = (written: Promise<unknown>) =>
    written.then(
      () => false,
      (error: unknown) => isSnowfenceError(error, 'ERR_AUDIT_HISTORY_REWRITTEN'),
    )

  it('shows a tree that shrank', async () => {
    const { sink } = await openSink(
      acknowledge({ firstLeaf: 8, treeSize: 9 }),
      acknowledge({ firstLeaf: 3, treeSize: 4 }),
    )
    await write(sink)
    expect(await rewritten(write(sink))).toBe(true)
  })

  it('shows a tree that has another root at the same size', async () => {
    const { sink } = await openSink(
      acknowledge({ firstLeaf: 8, treeSize: 9 }),
      acknowledge({ firstLeaf: 8, treeSize: 9, rootHash: rootHash(2) }),
    )
    await write(sink)
    expect(await rewritten(write(sink))).toBe(true)
  })
})

describe('a tree that contradicted itself', () => {
  it('is not believed again when it has grown beyond its old size', async () => {
    const { sink } = await openSink(
      acknowledge({ firstLeaf: 8, treeSize: 9 }),
      acknowledge({ firstLeaf: 3, treeSize: 4 }),
      acknowledge({ firstLeaf: 20, treeSize: 21 }),
    )
    await write(sink)
    const first = await write(sink).catch((error: unknown) => error)
    expect(first).toMatchObject({
      code: 'ERR_AUDIT_HISTORY_REWRITTEN',
      details: { earlier: { treeSize: 9 }, now: { treeSize: 4 } },
    })
    expect(await write(sink).catch((error: unknown) => error)).toBe(first)
  })
})

describe('the address of the broker', () => {
  const create = (broker: string) => () => createOtlpSink({ broker, token: () => new Secret('t') })

  it.each([
    'http://broker.internal',
    'http://127.0.0.1.example.com',
    'ftp://127.0.0.1',
    'http://10.0.0.1:8080',
  ])('may not be %s: the session token would travel in the clear', (broker) => {
    expect(create(broker)).toThrow(TypeError)
  })

  it.each([
    'https://broker.internal:8443',
    'http://127.0.0.1:8080',
    'http://localhost:8080',
    'http://[::1]:8080',
  ])('may be %s', async (broker) => {
    await create(broker)().close()
  })
})
