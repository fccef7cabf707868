import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAuditTrail, createOtlpSink } from '@snowfence/audit'
import { Secret, type Session } from '@snowfence/core'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  completedOutcome,
  sampleDecision,
  sampleIdentity,
  sampleSummary,
} from '../../packages/audit/src/test-support/statement-samples.ts'
import { startTestBroker, type TestBroker } from '../../packages/broker/src/test-support/start-test-broker.ts'
import { ask, assertDescribed, type Operation, operationOf, readOperations } from './described-operations.ts'

// The two forms that are not JSON: event streams with odd headers, and protobuf exports with changed bytes.

const RUNS = Number(process.env.FUZZ_RUNS ?? 25)

let broker: TestBroker
let operations: Operation[]
beforeAll(async () => {
  const most = 1_000_000
  broker = await startTestBroker({ config: { limits: { refusalsPerMinute: most } } })
  operations = await readOperations(broker)
})
afterAll(() => broker.close())

/** A text that a header may hold. */
const headerText = fc.oneof(
  fc.constantFrom('', '0', '-1', '1e999', 'null', '*/*;q=9', 'text/html', 'text/event-stream;q=0', ',;,;'),
  fc
    .array(fc.integer({ min: 0x20, max: 0xff }), { maxLength: 400 })
    .map((codes) => String.fromCharCode(...codes.filter((code) => code !== 0x7f))),
  fc.constant('9'.repeat(8000)),
)

/** Requests of the audit trail's own exporter, as they go over the wire. */
const captureExports = async (session: Session): Promise<Uint8Array<ArrayBuffer>[]> => {
  const bodies: Uint8Array<ArrayBuffer>[] = []
  const proxy = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk)
    const body = new Uint8Array(Buffer.concat(chunks))
    bodies.push(body)
    const { authorization = '', 'content-type': type = '' } = request.headers
    const answer = await fetch(`${broker.broker.url}${request.url}`, {
      method: 'POST',
      headers: { authorization, 'content-type': type },
      body,
    })
    response.writeHead(answer.status, Object.fromEntries(answer.headers))
    response.end(Buffer.from(await answer.arrayBuffer()))
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const { port } = proxy.address() as AddressInfo
  const sink = createOtlpSink({
    broker: `http://127.0.0.1:${port}`,
    token: () => new Secret(session.sessionToken),
  })
  const trail = createAuditTrail({ sink, serviceName: 'an agent' })
  const statement = trail.begin({
    ...sampleIdentity,
    sessionId: session.sessionId,
    principal: session.principal,
    agent: { id: 'readmissions-bot' },
    purpose: 'HOPERAT',
  })
  await statement.authorize({ summary: sampleSummary, decision: sampleDecision })
  await statement.finish(completedOutcome)
  await trail.record('session', 'session.continued', { 'snowfence.session.id': session.sessionId })
  await trail.close()
  proxy.close()
  proxy.closeAllConnections()
  return bodies
}

/** A change to the bytes of a message: near enough that most of it is still read. */
const mutation = fc.record({
  kind: fc.constantFrom('flip', 'set', 'remove', 'insert', 'cut', 'repeat', 'huge-length'),
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  byte: fc.integer({ min: 0, max: 255 }),
  length: fc.integer({ min: 1, max: 40 }),
})
type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never

const HUGE_LENGTH = [0xff, 0xff, 0xff, 0xff, 0x0f]

const mutate = (
  bytes: Uint8Array<ArrayBuffer>,
  { kind, at, byte, length }: Mutation,
): Uint8Array<ArrayBuffer> => {
  const list = [...bytes]
  const place = Math.floor(at * list.length)
  switch (kind) {
    case 'flip':
      list[place] = (list[place] ?? 0) ^ (1 << (byte % 8))
      break
    case 'set':
      list[place] = byte
      break
    case 'remove':
      list.splice(place, length)
      break
    case 'insert':
      list.splice(place, 0, ...Array.from({ length }, () => byte))
      break
    case 'cut':
      list.length = place
      break
    case 'repeat':
      list.splice(place, 0, ...list.slice(place, place + length * 8))
      break
    case 'huge-length':
      list.splice(place, 1, ...HUGE_LENGTH)
  }
  return new Uint8Array(list)
}

test('an event stream is opened or refused, whatever its headers and query say', async () => {
  const { sessionId, sessionToken } = await broker.openSession('agent')
  const operation = operationOf(operations, 'GET', `/v1/sessions/${sessionId}/events`)
  let opened = 0
  const others = [
    null,
    'x',
    (await broker.openSession('agent')).sessionToken,
    await broker.issuer.token('agent'),
  ]
  await fc.assert(
    fc.asyncProperty(
      fc.record({ accept: headerText, 'last-event-id': headerText, 'cache-control': headerText }),
      fc.dictionary(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), { maxKeys: 3 }),
      fc.constantFrom(sessionToken, ...others),
      async (headers, query, bearer) => {
        const answer = await ask(broker, operation, {
          bearer,
          id: sessionId,
          query,
          body: null,
          type: '',
          headers,
        })
        assertDescribed(operation, answer)
        // Longer headers than the broker reads.
        if (answer.status === 431) return
        expect(answer.status === 200).toBe(bearer === sessionToken)
        if (answer.status !== 200) return
        expect(answer.text).toBe(': connected\n\n')
        opened += 1
      },
    ),
    { numRuns: RUNS * 4, endOnFailure: true },
  )
  expect(opened).toBeGreaterThan(0)
}, 300_000)

test('an export of the trail with changed bytes is sealed or refused', async () => {
  const session = await broker.openSession('agent')
  const exports = await captureExports(session)
  expect(exports.length).toBeGreaterThanOrEqual(3)
  const operation = operationOf(operations, 'POST', '/v1/traces')
  const send = (body: Uint8Array<ArrayBuffer>, headers = {}) =>
    ask(broker, operation, {
      bearer: session.sessionToken,
      id: '',
      query: {},
      body,
      type: 'application/x-protobuf',
      headers,
    })
  const statuses = new Set<number>()
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...exports),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      fc.constantFrom({}, {}, {}, { 'content-encoding': 'gzip' }, { 'content-encoding': 'x' }),
      async (body, mutations, headers) => {
        const answer = await send(mutations.reduce(mutate, body), headers)
        assertDescribed(operation, answer)
        statuses.add(answer.status)
      },
    ),
    { numRuns: RUNS * 20, endOnFailure: true },
  )
  // Which stages chance reaches beside the decoder differs; the body as it was exported reaches the last one.
  expect(statuses).toContain(400)
  const [untouched] = exports
  expect(await send(untouched!)).toMatchObject({ status: 200 })
  for (const body of exports) expect((await send(body)).status).toBe(200)
}, 300_000)
