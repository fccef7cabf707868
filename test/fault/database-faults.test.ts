import type { Session } from '@snowfence/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, startPostgres } from '../../packages/broker/src/test-support/start-postgres.ts'
import {
  startTestBroker,
  TEST_KEY,
  type TestBroker,
} from '../../packages/broker/src/test-support/start-test-broker.ts'
import { type Answer, askApproval, openSession, readTrail, send } from '../broker-load/broker-client.ts'
import { type BrokerProcess, startBrokerProcess } from '../broker-load/broker-process.ts'
import { startTraceLoad } from '../broker-load/trace-load.ts'

interface Fault {
  readonly name: string
  begin(server: Postgres): Promise<unknown>
  end(server: Postgres): Promise<unknown>
  /** Whether requests that only read are served while it lasts. */
  readonly readsAreServed?: boolean
}

const DATABASE = 'faults'
/** Waits until each of them has ended. */
const endConnections = `select pg_terminate_backend(pid, 10000) from pg_stat_activity where datname = '${DATABASE}'`

const faults: Fault[] = [
  {
    name: 'is stopped by its operator',
    begin: (server) => server.stop('fast'),
    end: (server) => server.start(),
  },
  { name: 'crashes', begin: (server) => server.stop('crash'), end: (server) => server.start() },
  { name: 'hangs', begin: (server) => server.freeze(), end: (server) => server.thaw() },
  {
    name: 'has no connection left',
    async begin(server) {
      await server.query('alter role broker connection limit 0')
      await server.query(endConnections)
    },
    end: (server) => server.query('alter role broker connection limit -1'),
  },
  {
    name: 'has another password',
    async begin(server) {
      await server.query(`alter role broker password 'rotated'`)
      await server.query(endConnections)
    },
    end: (server) => server.query(`alter role broker password 'secret'`),
  },
  {
    name: 'is a standby that only reads',
    async begin(server) {
      await server.query(`alter database ${DATABASE} set default_transaction_read_only = on`)
      await server.query(endConnections)
    },
    async end(server) {
      await server.query(`alter database ${DATABASE} set default_transaction_read_only = off`)
      await server.query(endConnections)
    },
    readsAreServed: true,
  },
]

describe('under load, when PostgreSQL', () => {
  let server: Postgres
  let test: TestBroker
  let replicas: BrokerProcess[] = []
  let session: Session
  let tokens: { agent: string; auditor: string }
  const acknowledged: string[] = []
  const statuses = new Set<number>()
  let loads: ReturnType<typeof startTraceLoad>[] = []

  beforeAll(async () => {
    server = await startPostgres()
    await server.query(`create role broker login password 'secret'`)
    const address = new URL(await server.createDatabase(DATABASE))
    await server.query(`alter database ${DATABASE} owner to broker`)
    address.username = 'broker'
    address.password = 'secret'
    test = await startTestBroker()
    const { dataDir: _, ...config } = test.config
    const shared = { ...config, databaseUrl: address.href, encryptionKey: TEST_KEY }
    replicas = [await startBrokerProcess(shared), await startBrokerProcess(shared)]
    tokens = { agent: await test.issuer.token('agent'), auditor: await test.issuer.token('auditor') }
    session = (await openSession(first(), tokens.agent)).body
    loads = replicas.map(({ url }) =>
      startTraceLoad({ url, session, batch: 3, concurrency: 4 }, ({ status, spanIds }) => {
        statuses.add(status)
        if (status === 200) acknowledged.push(...spanIds)
      }),
    )
  }, 180_000)
  afterAll(async () => {
    await Promise.all(loads.map((load) => load.stop()))
    await Promise.all(replicas.map((replica) => replica.kill()))
    await test.close()
    await server.close()
  })

  const first = (): string => replicas[0]?.url ?? ''

  /** One request of each kind that hands something out or changes something. */
  const write = (url: string): Promise<Answer<unknown>>[] => [
    openSession(url, tokens.agent),
    send(url, 'POST', `/v1/sessions/${session.sessionId}/renew`, session.sessionToken, {
      identityToken: tokens.agent,
    }),
    askApproval(url, session),
  ]
  const read = (url: string): Promise<Answer<unknown>>[] => [
    send(url, 'GET', '/v1/approvals?state=pending', session.sessionToken),
    send(url, 'GET', '/v1/audit/records', tokens.auditor),
  ]
  const isServing = async (url: string): Promise<boolean> =>
    (await send(url, 'GET', '/readyz', null)).status === 200 &&
    (await openSession(url, tokens.agent)).status === 201

  it.each(faults)(
    '$name, each request is answered, the brokers stay up and serve again by themselves',
    async ({ begin, end, readsAreServed = false }) => {
      const before = acknowledged.length
      await expect.poll(() => acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(before)
      await begin(server)
      try {
        // The server does not come back before these are answered: none of them waits for it.
        for (const { url } of replicas) {
          for (const answer of await Promise.all([...write(url), ...(readsAreServed ? [] : read(url))])) {
            expect(answer).toMatchObject({
              status: 503,
              body: { error: { code: 'ERR_BROKER_DATABASE_UNREACHABLE' } },
            })
            expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/)
          }
          for (const { status } of readsAreServed ? await Promise.all(read(url)) : []) {
            expect([200, 503]).toContain(status)
          }
          expect((await send(url, 'GET', '/healthz', null)).status).toBe(200)
          expect((await send(url, 'GET', '/readyz', null)).status).toBe(503)
        }
      } finally {
        await end(server)
      }
      for (const { url, isRunning } of replicas) {
        await expect.poll(() => isServing(url), { timeout: 60_000, interval: 100 }).toBe(true)
        expect(isRunning()).toBe(true)
      }
      const after = acknowledged.length
      await expect.poll(() => acknowledged.length, { timeout: 60_000 }).toBeGreaterThan(after)
    },
    180_000,
  )

  it('holds a lock, a request that needs it is answered, and others are served', async () => {
    const client = new pg.Client({ connectionString: server.addressOf(DATABASE) })
    client.on('error', () => undefined)
    await client.connect()
    await client.query('begin; lock table approvals in access exclusive mode')
    try {
      expect(await askApproval(first(), session)).toMatchObject({
        status: 503,
        body: { error: { code: 'ERR_BROKER_DATABASE_UNREACHABLE' } },
      })
      expect((await openSession(first(), tokens.agent)).status).toBe(201)
    } finally {
      await client.end()
    }
    expect((await askApproval(first(), session)).status).toBe(201)
  }, 60_000)

  it('has answered a record, it is in the trail, once, and the trail verifies', async () => {
    await Promise.all(loads.map((load) => load.stop()))
    expect([...statuses].filter((status) => status !== 200)).toEqual([503])
    const { report, spanIds } = await readTrail(first(), tokens.auditor)
    expect(report.problems).toEqual([])
    expect(new Set(spanIds).size).toBe(spanIds.length)
    const kept = new Set(spanIds)
    expect(acknowledged.filter((spanId) => !kept.has(spanId))).toEqual([])
    expect(acknowledged.length).toBeGreaterThan(100)
  }, 120_000)
})
