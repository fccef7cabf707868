import { appendLeaves, emptyFrontier, hashLeaf, sealRecord } from '@snowfence/audit'
import { Kysely, PostgresDialect, sql } from 'kysely'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLimitedPool } from '../database/limited-pool.ts'
import { migrate } from '../database/migrate.ts'
import type { Tables } from '../database/tables.ts'
import { sampleSpan } from '../test-support/sample-trail.ts'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import { createDatabaseStore } from './database-store.ts'
import { createReceiptClock } from './receipt-clock.ts'
import { recordRow } from './record-row.ts'
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
  const requestOf = (sessionId: string, spans = [sampleSpan()], receivedAt = '2026-01-02T03:04:05.678Z') => {
    const source = { producer: 'sdk', sessionId, principal: null, receivedAt } as const
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

  it('append a group with one statement, whoever appended before', async () => {
    const [one, other] = [openStore(), openStore()]
    await migrate(one.database)
    for (const size of [1, 2, 50]) {
      // The other one appends in between, so that the tree ends elsewhere than where the first one left it.
      await other.store.append([requestOf('other').request])
      const group = Array.from({ length: size }, () => requestOf('one'))
      const before = one.sent()
      await one.store.append(group.map(({ request }) => request))
      expect(one.sent() - before).toBe(1)
      const receipts = await Promise.all(group.map(({ answer }) => answer))
      expect(receipts.every((answer) => typeof answer !== 'string' && answer.receipt.leaves === 1)).toBe(true)
    }
  })

  it('make one tree of what they append at the same time, in groups of every size', async () => {
    const stores = [openStore(), openStore()]
    const [first] = stores
    if (first === undefined) throw new TypeError('there are two')
    await migrate(first.database)
    await first.database.transaction().execute(async (transaction) => {
      for (const table of ['records', 'tree_nodes'] as const) await transaction.deleteFrom(table).execute()
      await transaction.updateTable('tree_head').set({ size: 0 }).execute()
    })
    await Promise.all(
      stores.map(async ({ store }, broker) => {
        for (let round = 0; round < 40; round += 1) {
          const spans = (size: number) => Array.from({ length: size }, () => sampleSpan())
          const group = [
            requestOf(`${broker}`, spans((round * 7) % 23)),
            requestOf(`${broker}`, spans(round % 3)),
          ]
          await store.append(group.map(({ request }) => request))
          for (const { answer } of group) expect(typeof (await answer)).toBe('object')
        }
      }),
    )
    const rows = await first.database.selectFrom('records').selectAll().orderBy('leaf_index').execute()
    expect(rows.length).toBeGreaterThan(800)
    expect(rows.map(({ leaf_index }) => Number(leaf_index))).toEqual(rows.map((_, index) => index))
    const hashes = rows.map(({ body }) => hashLeaf(body))
    const nodes = await first.database.selectFrom('tree_nodes').selectAll().execute()
    const hex = (level: number, position: number | string, hash: Uint8Array): string =>
      `${level}/${position}/${Buffer.from(hash).toString('hex')}`
    expect(nodes.map(({ level, position, hash }) => hex(level, position, hash)).toSorted()).toEqual(
      appendLeaves(emptyFrontier, hashes)
        .nodes.map(({ level, index, hash }) => hex(level, index, hash))
        .toSorted(),
    )
  })

  it('hold each span once when both get the same ones at the same moment, in any order', async () => {
    const stores = [openStore(), openStore()]
    const [first] = stores
    if (first === undefined) throw new TypeError('there are two')
    await migrate(first.database)
    for (let round = 0; round < 20; round += 1) {
      const spans = Array.from({ length: 4 }, () => sampleSpan())
      const sessionId = `same ${round}`
      const requests = stores.flatMap(({ store }, broker) =>
        [spans, spans.slice(1), spans.slice(0, 2)].map((sent) => {
          const made = requestOf(sessionId, broker === 0 ? sent : sent.toReversed())
          return { sent, answer: made.answer, append: () => store.append([made.request]) }
        }),
      )
      await Promise.all(requests.map(({ append }) => append()))
      for (const { sent, answer } of requests) {
        const appended = await answer
        if (typeof appended === 'string') throw new TypeError(appended)
        // A receipt covers all that was sent: what is new, and where the rest stands.
        expect(appended.receipt.leaves + (appended.receipt.held?.length ?? 0)).toBe(sent.length)
      }
      const { rows } = await sql<{ count: number; last: number; size: number }>`
        select count(*)::int as count, max(leaf_index)::int as last, (select size::int from tree_head) as size
        from records where session_id = ${sessionId}
      `.execute(first.database)
      expect(rows[0]).toMatchObject({ count: spans.length })
      expect(rows[0]?.last).toBe((rows[0]?.size ?? 0) - 1)
    }
  })

  it('date no record before the one that it stands behind, whichever clock is behind', async () => {
    const [ahead, behind] = [openStore(), openStore()]
    await migrate(ahead.database)
    const late = '2031-05-06T07:08:09.010Z'
    await ahead.store.append([requestOf('ahead', [sampleSpan()], late).request])
    const { request, answer } = requestOf('behind', [{ ...sampleSpan(), name: '"receivedAt":"2026"' }])
    await behind.store.append([request])
    const appended = await answer
    if (typeof appended === 'string') throw new TypeError(appended)
    const [sealed] = appended.records
    expect(sealed?.record.source.receivedAt).toBe(late)
    const { body, leaf_hash, received_at } = await ahead.database
      .selectFrom('records')
      .selectAll()
      .where('leaf_index', '=', appended.receipt.firstLeaf)
      .executeTakeFirstOrThrow()
    // What the broker goes on with is what is stored, to the byte.
    expect(body).toBe(sealed?.text)
    expect(Buffer.from(leaf_hash)).toEqual(Buffer.from(sealed?.leafHash ?? []))
    expect(received_at.toISOString()).toBe(late)
    expect(sealed?.record.span.name).toBe('"receivedAt":"2026"')
  })

  it('append nothing to a tree that lacks a hash of its right edge, and name the hash', async () => {
    const { database, store } = openStore()
    await migrate(database)
    const sizeNow = async () =>
      (await database.selectFrom('tree_head').selectAll().executeTakeFirstOrThrow()).size
    while (Number(await sizeNow()) % 2 === 0) await store.append([requestOf('odd').request])
    const position = Number(await sizeNow()) - 1
    const { hash } = await database
      .deleteFrom('tree_nodes')
      .where('level', '=', 0)
      .where('position', '=', position)
      .returning('hash')
      .executeTakeFirstOrThrow()
    await expect(store.append([requestOf('next').request])).rejects.toMatchObject({
      code: 'ERR_AUDIT_STORE_CORRUPT',
      message: expect.stringContaining(`level 0, index ${position}`),
    })
    expect(Number(await sizeNow())).toBe(position + 1)
    await database.insertInto('tree_nodes').values({ level: 0, position, hash }).execute()
  })

  it.each([
    ['a record', 'records', 'leaf_index'],
    ['a hash', 'tree_nodes', 'position'],
  ] as const)('tell a tree with %s behind its head as damaged', async (_name, table, column) => {
    const { database, store } = openStore()
    await migrate(database)
    const known = requestOf('known')
    await store.append([known.request])
    const size = Number((await database.selectFrom('tree_head').selectAll().executeTakeFirstOrThrow()).size)
    const other = sealRecord(sampleSpan(), {
      producer: 'sdk',
      sessionId: 'x',
      principal: null,
      receivedAt: '2026-01-02T03:04:05.678Z',
    })
    if (table === 'records')
      await database
        .insertInto('records')
        .values({
          ...recordRow(other),
          source: 'session',
          received_at: new Date(),
          leaf_index: size,
          leaf_hash: Buffer.alloc(32),
          body: other.text,
        })
        .execute()
    else
      await database
        .insertInto('tree_nodes')
        .values({ level: 0, position: size, hash: Buffer.alloc(32) })
        .execute()
    const damaged = { code: 'ERR_AUDIT_STORE_CORRUPT' }
    await expect(store.append([requestOf('next').request])).rejects.toMatchObject(damaged)
    const transacting = store.transact(async () => ({ result: null, seal: () => [other] }))
    await expect(transacting).rejects.toMatchObject(damaged)
    await database
      .deleteFrom(table)
      .where(column as never, '=', size as never)
      .execute()
    await store.append([requestOf('next').request])
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

  it('ask no more of a database that is gone: one answer is that of all who wait for it', async () => {
    const pool = createLimitedPool(address, () => undefined)
    let connects = 0
    const stopping = {
      ...pool,
      connect: async () => {
        connects += 1
        // After the group was refused, and before the first of its requests is tried alone.
        if (connects === 2) await server.stop('fast')
        return pool.connect()
      },
    }
    const database = new Kysely<Tables>({ dialect: new PostgresDialect({ pool: stopping }) })
    try {
      const store = createDatabaseStore(
        database,
        createReceiptClock(() => new Date()),
      )
      const group = [requestOf('sound'), requestOf('not \u0000 storable'), requestOf('sound')]
      await expect(store.append(group.map(({ request }) => request))).rejects.toMatchObject({
        code: 'ERR_BROKER_DATABASE_UNREACHABLE',
      })
      expect(connects).toBe(2)
    } finally {
      await database.destroy()
      await server.start()
    }
  }, 60_000)
})
