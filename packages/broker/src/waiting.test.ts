import { setTimeout } from 'node:timers/promises'
import type { Approval } from '@snowfence/core'
import Fastify from 'fastify'
import type { KyselyPlugin } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ApprovalService, createApprovalService } from './approvals/approval-service.ts'
import type { ApprovalReader } from './approvals/show-approval.ts'
import { parseBrokerConfig } from './config/parse-broker-config.ts'
import { type DatabaseLocation, openDatabase } from './database/open-database.ts'
import { followChanges } from './follow-changes.ts'
import { createIdentityVerifier } from './identity/create-identity-verifier.ts'
import { loadRootKey } from './keys/load-root-key.ts'
import { readPolicy } from './policy/policy-holder.ts'
import { createServices, type Services } from './services.ts'
import type { SessionRecord } from './sessions/session.ts'
import { noteStatement } from './test-support/clinic.ts'
import { type Postgres, startPostgres } from './test-support/start-postgres.ts'
import {
  digestFor,
  startTestBroker,
  statementOf,
  TEST_KEY,
  type TestBroker,
} from './test-support/start-test-broker.ts'

const WAITERS = 300

interface Replica {
  readonly services: Services
  readonly approvals: ApprovalService
  /** Statements that the broker has sent to its database. */
  asked(): number
  close(): Promise<void>
}

let test: TestBroker
let server: Postgres
beforeAll(async () => {
  test = await startTestBroker()
  server = await startPostgres()
}, 120_000)
afterAll(async () => {
  await test.close()
  await server.close()
})

const places: readonly (readonly [string, () => Promise<DatabaseLocation>])[] = [
  ['the embedded database', async () => ({})],
  ['PostgreSQL', async () => ({ databaseUrl: await server.createDatabase('waiting') })],
]

describe.each(places)('on %s', (_, locate) => {
  let ahead = 0
  const clock = () => new Date(Date.now() + ahead)
  let replica: Replica
  /** Where people answer: another replica where there can be one. */
  let other: Replica
  let session: SessionRecord
  let reader: ApprovalReader
  let ask: (attended?: boolean) => Promise<Approval>

  const open = async (location: DatabaseLocation): Promise<Replica> => {
    const { dataDir: _dataDir, ...given } = test.config
    const config = parseBrokerConfig({
      ...given,
      ...(location.databaseUrl === undefined ? {} : { databaseUrl: location.databaseUrl }),
      encryptionKey: TEST_KEY,
      session: { maxPendingApprovals: 100_000 },
    })
    let asked = 0
    const counter: KyselyPlugin = {
      transformQuery({ node }) {
        asked += 1
        return node
      },
      transformResult: async ({ result }) => result,
    }
    const database = await openDatabase(location)
    const services = await createServices({
      config,
      document: await readPolicy(config),
      rootKey: loadRootKey(config),
      database: { ...database, tables: database.tables.withPlugin(counter) },
      clock,
      catalogue: undefined,
      publicUrl: () => 'https://broker.test',
    })
    const log = Fastify({ logger: { level: 'silent' } }).log
    const stop = followChanges(services, log)
    return {
      services,
      approvals: createApprovalService(services.context, database.exclusive),
      asked: () => asked,
      async close() {
        await stop()
        await services.context.trail.close()
        await database.close()
      },
    }
  }

  /** Lets several rounds of what looks four times a second go by. */
  const idle = () => setTimeout(1000)
  /** Longer than the longest pause between two looks of anything that looks by itself. */
  const ROUND_MS = 2500
  /**
   * Resolves when a round went by without a statement, with the statements until then. What asks in every round never
   * comes to rest.
   */
  const rest = async (): Promise<number> => {
    for (let round = 0; round < 8; round += 1) {
      const before = replica.asked()
      await setTimeout(ROUND_MS)
      if (replica.asked() === before) return before
    }
    throw new Error('the broker asks its database in every round')
  }

  const identityOf = async (client: Parameters<TestBroker['openSession']>[0]) => {
    const verifier = createIdentityVerifier(parseBrokerConfig(test.config).issuers, clock)
    return verifier.verify(await test.issuer.token(client))
  }

  beforeAll(async () => {
    const location = await locate()
    replica = await open(location)
    other = location.databaseUrl !== undefined ? await open(location) : replica
    const opened = await replica.services.sessions.create(await identityOf('agent'), {
      purpose: 'HOPERAT',
      agent: { id: 'readmissions-bot' },
      client: { name: 'test', version: '0' },
      snowflake: { account: 'acme-clinic' },
    })
    session = await replica.services.sessions.authenticate(opened.sessionToken)
    reader = { kind: 'session', session }
    const statement = statementOf(noteStatement)
    ask = (attended = false) =>
      replica.approvals.request(session, {
        statement,
        digest: digestFor(opened, statement),
        reason: null,
        attended,
      })
  }, 120_000)
  afterAll(async () => {
    if (other !== replica) await other.close()
    await replica.close()
  })

  const wait = (approval: Approval): Promise<Approval> =>
    replica.approvals.read(approval.id, reader, {
      while: 'pending',
      seconds: 60,
      signal: new AbortController().signal,
    })
  const decide = async (approval: Approval): Promise<void> => {
    await other.approvals.decide(await reviewer(), approval.id, {
      decision: 'approve',
      comment: null,
      seenDigest: approval.digest,
    })
  }
  let known: ReturnType<typeof identityOf> | undefined
  const reviewer = () => {
    known ??= identityOf('reviewer')
    return known
  }

  it('an idle broker asks its database nothing', async () => {
    const before = await rest()
    await setTimeout(ROUND_MS)
    expect(replica.asked()).toBe(before)
  }, 60_000)

  it('waiting asks the database nothing, and all who wait for one answer are told of it at once', async () => {
    const approval = await ask()
    const waiting = Array.from({ length: WAITERS }, () => wait(approval))
    const before = await rest()
    await decide(approval)
    const states = (await Promise.all(waiting)).map(({ state }) => state)
    expect(states).toEqual(Array(WAITERS).fill('approved'))
    // What telling them took does not depend on how many they are.
    expect(replica.asked() - before).toBeLessThan(40)
  }, 60_000)

  it('where no other broker changes requests, agents that come one after the other share a read', async () => {
    if (other !== replica) return
    const approval = await ask()
    const look = () =>
      replica.approvals.read(approval.id, reader, {
        while: 'pending',
        seconds: 0,
        signal: new AbortController().signal,
      })
    const before = await rest()
    for (let count = 0; count < 50; count += 1) expect((await look()).state).toBe('pending')
    expect(replica.asked() - before).toBeLessThan(10)
    await decide(approval)
    expect((await look()).state).toBe('approved')
  }, 60_000)

  it('agents that wait are counted as present with a few statements in all', async () => {
    const approvals = await Promise.all(Array.from({ length: 20 }, () => ask(true)))
    const waiting = approvals.map(wait)
    const before = await rest()
    await setTimeout(ROUND_MS)
    expect(replica.asked() - before).toBeLessThan(10)
    await Promise.all(approvals.map(decide))
    for (const told of await Promise.all(waiting)) expect(told.state).toBe('approved')
  }, 60_000)

  it('a deadline that passes is told to those who wait, without a request from anybody', async () => {
    const waiting = [wait(await ask()), wait(await ask())]
    await idle()
    ahead += 16 * 60_000
    for (const told of await Promise.all(waiting)) expect(told.state).toBe('expired')
    await rest()
  }, 60_000)

  it('a change between looking and waiting is not missed', async () => {
    for (let round = 0; round < 10; round += 1) {
      const approval = await ask()
      const [told] = await Promise.all([wait(approval), decide(approval)])
      expect(told.state).toBe('approved')
    }
  })

  it('the age of the request that waits longest is among the metrics', async () => {
    const metric = async (name: string): Promise<number> => {
      const line = (await replica.services.metrics.print())
        .split('\n')
        .find((text) => text.startsWith(`snowfence_broker_${name} `))
      return Number(line?.split(' ')[1])
    }
    await expect.poll(() => metric('pending_approvals')).toBe(0)
    expect(await metric('oldest_pending_approval_seconds')).toBe(0)
    const oldest = await ask()
    const newer = await ask()
    ahead += 60_000
    await expect.poll(() => metric('pending_approvals')).toBe(2)
    expect(await metric('oldest_pending_approval_seconds')).toBeGreaterThanOrEqual(60)
    await decide(oldest)
    await expect.poll(() => metric('pending_approvals')).toBe(1)
    await decide(newer)
    await expect.poll(() => metric('oldest_pending_approval_seconds')).toBe(0)
  })

  it('a change that was told while the broker was not listening is read afterwards', async () => {
    if (other === replica) return
    const approval = await ask()
    const waiting = wait(approval)
    await idle()
    const ended = await server.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen %' or query = 'select 1'`,
    )
    expect(ended.length).toBeGreaterThan(0)
    await decide(approval)
    expect((await waiting).state).toBe('approved')
  })
})
