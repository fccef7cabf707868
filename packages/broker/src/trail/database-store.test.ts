import { sealRecord } from '@snowfence/audit'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrate } from '../database/migrate.ts'
import type { Tables } from '../database/tables.ts'
import { sampleSpan } from '../test-support/sample-trail.ts'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import { createDatabaseStore } from './database-store.ts'
import { createReceiptClock } from './receipt-clock.ts'
import type { Appended, SealRequest } from './record-store.ts'

describe('two brokers that append to one PostgreSQL', () => {
  let server: Postgres
  let address: string
  const opened: Kysely<Tables>[] = []

  beforeAll(async () => {
    server = await startPostgres()
    address = await server.createDatabase('stores')
  })
  afterAll(async () => {
    await Promise.all(opened.map((database) => database.destroy()))
    await server.close()
  })

  /** A store with a pool of its own, and the number of statements that it has sent. */
  const openStore = () => {
    let statements = 0
    const pool = new pg.Pool({ connectionString: address })
    // The server ends the connections that are left when it stops.
    pool.on('error', () => undefined)
    const database = new Kysely<Tables>({
      dialect: new PostgresDialect({ pool }),
      log: () => {
        statements += 1
      },
    })
    opened.push(database)
    return {
      database,
      store: createDatabaseStore(
        database,
        createReceiptClock(() => new Date()),
      ),
      sent: () => statements,
    }
  }

  /** A request of a session, and its answer: what was appended, or the code of the error. */
  const requestOf = (sessionId: string, spans = [sampleSpan()]) => {
    const source = {
      producer: 'sdk',
      sessionId,
      principal: null,
      receivedAt: '2026-01-02T03:04:05.678Z',
    } as const
    let resolve: (answer: Appended | string) => void = () => undefined
    const answer = new Promise<Appended | string>((resolveIt) => {
      resolve = resolveIt
    })
    const request: SealRequest = {
      sessionId,
      spans: spans.length,
      seal: () => spans.map((span) => sealRecord(span, source)),
      accept: (appended) => resolve(appended),
      refuse: (error) => resolve((error as { code: string }).code),
    }
    return { request, answer }
  }

  it('keep their groups together: the cost of a group does not grow with its requests', async () => {
    const [one, other] = [openStore(), openStore()]
    await migrate(one.database)
    const costs: number[] = []
    for (const size of [2, 50, 2, 50]) {
      // The other one appends in between, so that the edge which the first one remembers is not the end any more.
      await other.store.append([requestOf('other').request])
      const group = Array.from({ length: size }, () => requestOf('one'))
      const before = one.sent()
      await one.store.append(group.map(({ request }) => request))
      costs.push(one.sent() - before)
      const receipts = await Promise.all(group.map(({ answer }) => answer))
      expect(receipts.every((answer) => typeof answer !== 'string' && answer.receipt.leaves === 1)).toBe(true)
    }
    expect(costs[1]).toBe(costs[0])
    expect(costs[3]).toBe(costs[2])
    // Alone again, a group is one statement, as with a single replica.
    await one.store.append([requestOf('one').request])
    const before = one.sent()
    await one.store.append([requestOf('one').request, requestOf('one').request])
    expect(one.sent() - before).toBe(1)
  })

  it('answer each request of a group for itself: sealed before, changed, new, and sent twice', async () => {
    const [one, other] = [openStore(), openStore()]
    await migrate(one.database)
    const [known, twice] = [sampleSpan(), sampleSpan()]
    await other.store.append([requestOf('mixed', [known]).request])
    const group = [
      requestOf('mixed', [known]),
      requestOf('mixed', [{ ...known, name: 'something else' }]),
      requestOf('mixed', [known, sampleSpan()]),
      requestOf('mixed', [twice]),
      requestOf('mixed', [twice]),
      requestOf('another session', [known]),
    ]
    await one.store.append(group.map(({ request }) => request))
    const answers = await Promise.all(group.map(({ answer }) => answer))
    expect(answers.map((answer) => (typeof answer === 'string' ? answer : answer.receipt.leaves))).toEqual([
      0,
      'ERR_AUDIT_RECORD_CONFLICT',
      1,
      1,
      0,
      1,
    ])
  })

  it('refuse the one request that the database cannot store, and take those beside it', async () => {
    const { database, store } = openStore()
    await migrate(database)
    const group = [
      requestOf('sound'),
      // PostgreSQL has no NUL in text.
      requestOf('not \u0000 storable'),
      requestOf('sound'),
    ]
    await store.append(group.map(({ request }) => request))
    const answers = await Promise.all(group.map(({ answer }) => answer))
    expect(answers.map((answer) => typeof answer === 'object')).toEqual([true, false, true])
  })
})
