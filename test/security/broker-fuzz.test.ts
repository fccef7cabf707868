import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noteStatement } from '../../packages/broker/src/test-support/clinic.ts'
import {
  digestFor,
  startTestBroker,
  statementOf,
  type TestBroker,
} from '../../packages/broker/src/test-support/start-test-broker.ts'
import { traceBody } from '../broker-load/trace-load.ts'
import {
  ask,
  assertDescribed,
  type Operation,
  operationOf,
  readOperations,
  type Schema,
} from './described-operations.ts'

// Every route of the generated OpenAPI document, with bodies and parameters near to and far from its schemas. A broker
// answers each with a status below 500, failures in one form, and the same for an id of others and an id of nothing.

const RUNS = Number(process.env.FUZZ_RUNS ?? 25)
const NOBODY = '00000000-0000-4000-8000-000000000000'

let broker: TestBroker
let operations: Operation[]
let bearers: readonly (string | null)[]
let foreignId: string

const hostileText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.constantFrom('', '\0', '\ud800', '\u202e', "' or 1=1 --", '../../etc/passwd', 'null', '-1', '1e999'),
  fc.string({ minLength: 3000, maxLength: 3000 }),
)
const hostile = fc.oneof(
  hostileText,
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom(Number.MAX_VALUE, -0, 1e21, null),
)

const arbitraryOf = (schema: Schema): fc.Arbitrary<unknown> => {
  if (schema.anyOf !== undefined) return fc.oneof(...schema.anyOf.map(arbitraryOf), hostile)
  if (schema.enum !== undefined) return fc.oneof(fc.constantFrom(...schema.enum), hostile)
  if (schema.const !== undefined) return fc.oneof(fc.constant(schema.const), hostile)
  switch (schema.type) {
    case 'object': {
      const members = Object.entries(schema.properties ?? {})
      const fields = fc.record(
        Object.fromEntries(members.map(([name, member]) => [name, arbitraryOf(member)])),
        {
          requiredKeys: [],
        },
      )
      const extra = fc.constantFrom(
        {},
        { extra: 1 },
        JSON.parse('{"__proto__":{"groups":["broker-operators"]}}'),
      )
      return fc.oneof(
        { weight: 6, arbitrary: fc.tuple(fields, extra).map(([body, more]) => ({ ...body, ...more })) },
        { weight: 1, arbitrary: hostile },
      )
    }
    case 'array':
      return fc.oneof(fc.array(arbitraryOf(schema.items ?? {}), { maxLength: 4 }), hostile)
    case 'string':
      return fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom('HOPERAT', 'acme-clinic', 'sha256:0', 'select 1', NOBODY) },
        hostile,
      )
    case 'number':
    case 'integer':
      return fc.oneof(fc.integer({ min: 0, max: 3 }), hostile)
    case 'boolean':
      return fc.oneof(fc.boolean(), hostile)
    default:
      return hostile
  }
}

beforeAll(async () => {
  const most = 1_000_000
  broker = await startTestBroker({
    config: { limits: { refusalsPerMinute: most, publicRequestsPerMinute: most, sessionsPerMinute: most } },
  })
  operations = await readOperations(broker)
  const session = await broker.openSession('agent')
  const other = await broker.openSession('second-agent')
  const { body: approval } = await broker.ask(other, statementOf(noteStatement))
  expect(approval.state).toBe('pending')
  foreignId = approval.id
  bearers = [
    null,
    'x',
    'sfs_x',
    'e30.e30.x',
    session.sessionToken,
    session.lease.token,
    await broker.issuer.token('agent'),
    await broker.issuer.token('reviewer'),
    await broker.issuer.token('auditor'),
    await broker.issuer.token('operator'),
  ]
})
afterAll(() => broker.close())

const requestsOf = ({ body, query }: Operation) =>
  fc.record({
    bearer: fc.constantFrom(...bearers),
    id: fc.oneof(
      fc.constantFrom(NOBODY, foreignId, '%00', 'x'),
      // A path with `.` or `..` in it is another path.
      fc.string({ minLength: 1, maxLength: 120 }).filter((id) => !/^\.\.?$/.test(id)),
    ),
    query: fc.record(
      Object.fromEntries(
        query.filter(({ name }) => name !== 'wait').map(({ name, schema }) => [name, arbitraryOf(schema)]),
      ),
      { requiredKeys: [] },
    ),
    body: fc.oneof(
      {
        weight: 6,
        arbitrary: arbitraryOf(body ?? {}).map((value) => JSON.stringify(value) ?? 'null'),
      },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 200 }) },
      { weight: 1, arbitrary: fc.constantFrom(null, '', '{', '[[[[', '{"a":1,"a":2}', '"\\ud800"') },
    ),
    type: fc.constantFrom(
      'application/json',
      'application/json',
      'application/json; charset=utf-16',
      'application/x-protobuf',
      'text/plain',
      'multipart/form-data; boundary=x',
    ),
  })

describe('a parameter of a query', () => {
  const texts = [
    '\0',
    'a\0b',
    '\ud800',
    '\u202e',
    'x'.repeat(5000),
    '',
    '-1',
    '1e999',
    '9007199254740993',
    '[]',
    "'",
  ]

  test('is taken or refused as it is described, whatever it holds and whoever asks', async () => {
    const asked = operations.flatMap((operation) =>
      operation.query.filter(({ name }) => name !== 'wait').map(({ name }) => ({ operation, name })),
    )
    expect(asked.length).toBeGreaterThan(5)
    for (const { operation, name } of asked)
      for (const bearer of bearers.slice(-4))
        for (const text of texts)
          assertDescribed(
            operation,
            await ask(broker, operation, {
              bearer,
              id: NOBODY,
              query: { [name]: text },
              body: null,
              type: 'application/json',
            }),
          )
  })
})

/** JSON texts: of other types, at the edge of a type, too deep, and with characters that no database stores. */
const misfits = [
  ...['null', '0', '-1', '1e999', '9007199254740993', 'true', '""', '[]', '{}', '{"__proto__":{"a":1}}'],
  ...[
    '"\\u0000"',
    '"\\ud800"',
    '"\\u202e"',
    `"${'x'.repeat(5000)}"`,
    `${'['.repeat(3000)}${']'.repeat(3000)}`,
  ],
]

type Place = readonly (string | number)[]

/** The places of a value and of all that is in it. */
const placesOf = (value: unknown, place: Place = []): Place[] =>
  typeof value !== 'object' || value === null
    ? [place]
    : [place, ...Object.entries(value).flatMap(([name, member]) => placesOf(member, [...place, name]))]

/** A value as JSON, with another text at one of its places. */
const withText = (value: unknown, [name, ...rest]: Place, text: string): string => {
  if (name === undefined) return text
  const members = Object.entries(value as object).map(
    ([key, member]) => [key, key === name ? withText(member, rest, text) : JSON.stringify(member)] as const,
  )
  return Array.isArray(value)
    ? `[${members.map(([, member]) => member).join(',')}]`
    : `{${members.map(([key, member]) => `${JSON.stringify(key)}:${member}`).join(',')}}`
}

/** One request of each kind that is as it should be. */
const validRequests = async (): Promise<{ path: string; bearer: string; body: object }[]> => {
  const session = await broker.openSession('agent')
  const { sessionToken } = session
  const [agent, reviewer, operator] = await Promise.all(
    (['agent', 'reviewer', 'operator'] as const).map((client) => broker.issuer.token(client)),
  )
  const statement = statementOf(noteStatement, ['x', 1])
  const { id, digest } = (await broker.ask(session, statement)).body
  const named = { issuer: broker.issuer.url, subject: 'nobody', reason: 'a test' }
  return [
    {
      path: '/v1/sessions',
      bearer: agent,
      body: {
        purpose: 'HOPERAT',
        agent: { id: 'a', name: 'b', version: '1', model: 'c', task: 'd', conversationId: 'e' },
        client: { name: 'test', version: '0' },
        snowflake: { account: 'acme-clinic', warehouse: 'AGENTS', role: 'CLINIC_READER' },
      },
    },
    {
      path: '/v1/approvals',
      bearer: sessionToken,
      body: {
        statement,
        digest: digestFor(session, statement),
        attended: false,
        key: NOBODY,
        reason: 'a test',
        traceparent: `00-${'a'.repeat(32)}-${'b'.repeat(16)}-01`,
      },
    },
    {
      path: `/v1/approvals/${id}/decision`,
      bearer: reviewer,
      body: { decision: 'approve', comment: 'a test', seenDigest: digest },
    },
    { path: `/v1/approvals/${id}/claim`, bearer: sessionToken, body: { digest, key: NOBODY } },
    {
      path: `/v1/approvals/${id}/settle`,
      bearer: sessionToken,
      body: { outcome: 'executed', queryId: NOBODY },
    },
    { path: '/v1/principals/revoke', bearer: operator, body: { ...named, person: 'nobody' } },
    { path: '/v1/principals/restore', bearer: operator, body: named },
    { path: '/v1/traces', bearer: sessionToken, body: JSON.parse(traceBody(session.sessionId, 1).body) },
    {
      path: `/v1/sessions/${session.sessionId}/renew`,
      bearer: sessionToken,
      body: { identityToken: agent },
    },
    { path: `/v1/sessions/${session.sessionId}/revoke`, bearer: operator, body: { reason: 'a test' } },
  ].map((request) => ({ ...request, bearer: request.bearer ?? '' }))
}

describe('whatever is sent to a route', () => {
  test('the answer is no fault of the broker, and every failure has one form', async () => {
    expect(operations.length).toBeGreaterThanOrEqual(20)
    for (const operation of operations) {
      await fc.assert(
        fc.asyncProperty(requestsOf(operation), async (request) => {
          const answer = await ask(broker, operation, request)
          assertDescribed(operation, answer)
          // Nothing of the bearer comes back.
          if (answer.status >= 400 && request.bearer !== null && request.bearer.length > 20)
            expect(answer.text).not.toContain(request.bearer)
        }),
        { numRuns: RUNS, endOnFailure: true },
      )
    }
  }, 300_000)

  test('a valid request with one member of another kind is no fault of the broker either', async () => {
    for (const { path, bearer, body } of await validRequests()) {
      for (const place of placesOf(body)) {
        for (const text of misfits) {
          const answer = await fetch(`${broker.broker.url}${path}`, {
            method: 'POST',
            headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
            body: withText(body, place, text),
          })
          assertDescribed(operationOf(operations, 'POST', path), {
            status: answer.status,
            text: await answer.text(),
          })
        }
      }
    }
  }, 300_000)

  test('an id of others and an id of nothing are answered alike', async () => {
    const bodies: Record<string, unknown> = {
      decision: { decision: 'approve', seenDigest: 'sha256:0' },
      claim: { digest: 'sha256:0' },
      settle: { outcome: 'executed', queryId: null },
      revoke: { reason: 'x' },
    }
    for (const operation of operations.filter(({ path }) => path.startsWith('/v1/approvals/{id}'))) {
      const action = operation.path.split('/').at(-1) ?? ''
      const body = operation.body === null ? null : JSON.stringify(bodies[action] ?? {})
      for (const client of ['agent', 'stranger'] as const) {
        const session = client === 'agent' ? (await broker.openSession('agent')).sessionToken : null
        for (const bearer of [session, await broker.issuer.token(client)].filter((each) => each !== null)) {
          const [theirs, none] = await Promise.all(
            [foreignId, NOBODY].map((id) =>
              ask(broker, operation, { bearer, id, query: {}, body, type: 'application/json' }),
            ),
          )
          expect(theirs, `${operation.method} ${operation.path} as ${client}`).toEqual(none)
          expect(theirs!.status).toBeGreaterThanOrEqual(400)
        }
      }
    }
  })
})
