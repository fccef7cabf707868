import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CanonicalSpan, emptyFrontier, hashLeaf, verifyInclusion } from '@snowfence/audit'
import type { Receipt } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../database/open-database.ts'
import { sampleSession, sampleSpan } from '../test-support/sample-trail.ts'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import type { BrokerEvent } from './broker-event.ts'
import { openTrail, type Trail } from './trail.ts'

let directory: string
let server: Postgres
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snowfence-stores-'))
  server = await startPostgres()
})
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true })
})

const event = (name: BrokerEvent['name'], sessionId: string | null): BrokerEvent => ({
  name,
  sessionId,
  principal: null,
  attributes: {},
})

describe.each([
  ['a journal before the embedded database', async () => openDatabase({ dataDir: join(directory, 'data') })],
  ['a database in memory', async () => openDatabase({})],
  ['PostgreSQL', async () => openDatabase({ databaseUrl: await server.createDatabase('trail') })],
] as const)('a trail over %s', (_, openIt) => {
  let database: Database
  let trail: Trail
  beforeAll(async () => {
    database = await openIt()
    trail = await openTrail({ database, clock: () => new Date(), onSealed: () => undefined })
  })
  afterAll(async () => {
    await trail.close()
    await database.close()
  })

  const [own, other] = [sampleSession('own'), sampleSession('other')]
  const seal = (spans: readonly CanonicalSpan[], session = own): Promise<Receipt> =>
    trail.seal(session, spans)
  const codeOf = (sealing: Promise<unknown>): Promise<unknown> =>
    sealing.then(
      () => 'sealed',
      (error: unknown) => (error as { code?: string }).code,
    )
  const sizeNow = async (): Promise<number> => (await trail.tree.head()).size
  const rowAt = async (leaf: number) => {
    await trail.settle()
    return database.tables
      .selectFrom('records')
      .selectAll()
      .where('leaf_index', '=', leaf)
      .executeTakeFirstOrThrow()
  }

  it('gives each of many requests at once the leaves that its records have', async () => {
    const requests = Array.from({ length: 40 }, (_, index) =>
      Array.from({ length: 1 + (index % 3) }, () => sampleSpan()),
    )
    const receipts = await Promise.all(
      requests.map((spans, index) => seal(spans, index % 2 === 0 ? own : other)),
    )
    for (const [index, receipt] of receipts.entries()) {
      const spans = requests[index] ?? []
      expect(receipt.leaves).toBe(spans.length)
      for (const [offset, span] of spans.entries()) {
        const leaf = receipt.firstLeaf + offset
        const row = await rowAt(leaf)
        expect(row).toMatchObject({ span_id: span.spanId, session_id: index % 2 === 0 ? 'own' : 'other' })
        const leafHash = hashLeaf(row.body)
        expect(Buffer.from(row.leaf_hash).equals(leafHash)).toBe(true)
        const root = new Uint8Array(Buffer.from(receipt.rootHash, 'base64'))
        const proof = await trail.tree.inclusionProof(leaf, receipt.treeSize)
        expect(verifyInclusion({ leafHash, index: leaf, size: receipt.treeSize, root, proof })).toBe(true)
      }
    }
    const leaves = receipts.flatMap(({ firstLeaf, leaves }) =>
      Array.from({ length: leaves }, (_, offset) => firstLeaf + offset),
    )
    expect(new Set(leaves).size).toBe(leaves.length)
  })

  it('takes a retry for what it is, at once and later, alone and among others', async () => {
    const [span, another] = [sampleSpan(), sampleSpan()]
    const receipts = await Promise.all([seal([span]), seal([span]), seal([another]), seal([span])])
    expect(receipts.map(({ leaves }) => leaves)).toEqual([1, 0, 1, 0])
    await trail.settle()
    expect(await seal([span])).toMatchObject({
      leaves: 0,
      held: [expect.any(Number)],
      treeSize: await sizeNow(),
    })
    expect(await seal([span, sampleSpan()])).toMatchObject({ leaves: 1 })
  })

  it('refuses other contents under a sealed id, and nobody else who came at the same time', async () => {
    const span = sampleSpan()
    await seal([span])
    const size = await sizeNow()
    const changed = { ...span, name: 'something else' }
    const answers = await Promise.all(
      [[sampleSpan()], [sampleSpan(), changed], [sampleSpan()], [changed], [sampleSpan()]].map((spans) =>
        codeOf(seal(spans)),
      ),
    )
    expect(answers).toEqual([
      'sealed',
      'ERR_AUDIT_RECORD_CONFLICT',
      'sealed',
      'ERR_AUDIT_RECORD_CONFLICT',
      'sealed',
    ])
    expect(await sizeNow()).toBe(size + 3)
  })

  it('refuses one request with two spans of one id', async () => {
    const span = sampleSpan()
    expect(await codeOf(seal([span, span]))).toBe('ERR_AUDIT_RECORD_CONFLICT')
    expect(await seal([span])).toMatchObject({ leaves: 1 })
  })

  it('lets no session take the ids of another away', async () => {
    const span = sampleSpan()
    expect(await seal([{ ...span, name: 'guessed' }], other)).toMatchObject({ leaves: 1 })
    expect(await seal([span], own)).toMatchObject({ leaves: 1 })
    await trail.settle()
    expect(await codeOf(seal([{ ...span, name: 'changed' }], own))).toBe('ERR_AUDIT_RECORD_CONFLICT')
  })

  it('lets no session use the ids of what the broker recorded about it', async () => {
    await seal([sampleSpan()])
    await trail.transact(async (step) => step.record(event('session.created', 'own')))
    const { trace_id: traceId, span_id: spanId } = await rowAt((await sizeNow()) - 1)
    expect(await codeOf(seal([sampleSpan({ traceId, spanId })]))).toBe('ERR_AUDIT_RECORD_CONFLICT')
    expect(await seal([sampleSpan()])).toMatchObject({ leaves: 1 })
  })

  it('keeps what the broker does in the order of what sessions send', async () => {
    const before = await seal([sampleSpan()])
    await trail.transact(async (step) => step.record(event('policy.loaded', null)))
    const after = await seal([sampleSpan()])
    expect(after.firstLeaf).toBe(before.firstLeaf + 2)
    expect(await rowAt(before.firstLeaf + 1)).toMatchObject({ name: 'policy.loaded', source: 'broker' })
  })

  it('keeps nothing of a step that fails, and everything that was acknowledged before it', async () => {
    const sealed = await seal([sampleSpan()])
    const failing = trail.transact(async (step) => {
      step.record(event('policy.loaded', null))
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(await sizeNow()).toBe(sealed.treeSize)
    expect(await seal([sampleSpan()])).toMatchObject({ firstLeaf: sealed.treeSize })
  })

  it('gives no record an earlier time of receipt than the record before it, whatever the clock does', async () => {
    const steps = [5, 9, 2, 1, 7, 30, 3]
    let at = Date.now()
    const from = await sizeNow()
    await trail.close()
    const moving = await openTrail({
      database,
      clock: () => new Date(at),
      onSealed: () => undefined,
    })
    for (const step of steps) {
      at = Date.now() + step * 60_000
      await Promise.all([
        moving.seal(own, [sampleSpan()]),
        moving.transact(async ({ record }) => record(event('session.closed', 'own'))),
        moving.seal(own, [sampleSpan()]),
      ])
    }
    await moving.close()
    const rows = await database.tables
      .selectFrom('records')
      .select(['received_at', 'body'])
      .where('leaf_index', '>=', from)
      .orderBy('leaf_index')
      .execute()
    const times = rows.map((row) => row.received_at.getTime())
    expect(times).toHaveLength(3 * steps.length)
    expect(times).toEqual(times.toSorted((left, right) => left - right))
    expect(rows.map(({ body }) => new Date(JSON.parse(body).source.receivedAt).getTime())).toEqual(times)

    // A broker that starts with a clock that is behind goes on where the trail ended.
    trail = await openTrail({ database, clock: () => new Date(0), onSealed: () => undefined })
    const { firstLeaf } = await seal([sampleSpan()])
    expect((await rowAt(firstLeaf)).received_at.getTime()).toBe(times.at(-1))
  })

  it('answers a request without records with the head of the tree', async () => {
    const empty = await seal([])
    expect(empty).toMatchObject({ leaves: 0, treeSize: await sizeNow() })
    expect(empty.treeSize).toBeGreaterThan(emptyFrontier.size)
  })
})
