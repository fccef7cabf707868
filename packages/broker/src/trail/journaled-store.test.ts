import { appendFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  appendLeaves,
  type CanonicalSpan,
  emptyFrontier,
  frontierRoot,
  openHeadFile,
  sealRecord,
} from '@snowfence/audit'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from '../database/open-database.ts'
import { sampleSession, sampleSpan } from '../test-support/sample-trail.ts'
import { formatEntry } from './journal-entry.ts'
import { openTrail, type Trail } from './trail.ts'

const session = sampleSession('own')
const receivedAt = '2026-01-02T03:04:05.678Z'

describe('the journal before the embedded database', () => {
  let directory: string
  let database: Database
  let file: string
  let trail: Trail | undefined
  let next = 0

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'snowfence-journal-'))
    database = await openDatabase({ dataDir: directory })
  })
  afterAll(async () => {
    await database.close()
    await rm(directory, { recursive: true })
  })
  beforeEach(async () => {
    next += 1
    file = join(directory, `journal-${next}.jsonl`)
    for (const table of ['records', 'tree_nodes'] as const) await database.tables.deleteFrom(table).execute()
    await database.tables.updateTable('tree_head').set({ size: 0 }).execute()
  })
  afterEach(async () => {
    await trail?.close()
    trail = undefined
  })

  const open = async (): Promise<Trail> => {
    trail = await openTrail({
      database: { tables: database.tables, journalFile: file },
      clock: () => new Date(receivedAt),
      onSealed: () => undefined,
    })
    return trail
  }
  const sealedOf = (span: CanonicalSpan) =>
    sealRecord(span, {
      producer: 'sdk',
      sessionId: session.id,
      principal: { issuer: session.principal.issuer, subject: session.principal.subject },
      receivedAt,
    })
  const lineOf = (index: number, span: CanonicalSpan): string =>
    formatEntry({ index, sealed: sealedOf(span) })
  /** The head that an earlier run acknowledged, for these records. */
  const keepHead = (spans: readonly CanonicalSpan[]): void => {
    const { frontier } = appendLeaves(
      emptyFrontier,
      spans.map((span) => sealedOf(span).leafHash),
    )
    const head = openHeadFile(file.replace('.jsonl', '.head'), () => ({
      size: frontier.size,
      rootHash: Buffer.from(frontierRoot(frontier)).toString('base64'),
    }))
    head.close()
  }
  const stored = async (): Promise<string[]> => {
    const rows = await database.tables.selectFrom('records').select('span_id').orderBy('leaf_index').execute()
    return rows.map((row) => row.span_id)
  }
  const refusalOf = (work: Promise<unknown>): Promise<unknown> =>
    work.then(
      () => 'not refused',
      (error: unknown) => error,
    )

  it('has what was acknowledged before the database has it, for its owner alone to read', async () => {
    const sealing = await open()
    // The first request of a session looks its ids up in the database.
    await sealing.seal(session, [sampleSpan()])
    await sealing.tree.head()
    const span = sampleSpan()
    // The embedded database has one connection: a transaction keeps everything else from it.
    await database.tables.transaction().execute(async () => {
      await sealing.seal(session, [span])
      expect(await readFile(file, 'utf8')).toBe(lineOf(1, span))
      expect((await stat(file)).mode & 0o777).toBe(0o600)
    })
  })

  it('is empty when the database has everything, without anybody asking for it', async () => {
    const sealing = await open()
    const spans = Array.from({ length: 3 }, () => sampleSpan())
    for (const span of spans) await sealing.seal(session, [span])
    await expect.poll(stored, { timeout: 10_000 }).toEqual(spans.map(({ spanId }) => spanId))
    await expect.poll(async () => (await stat(file)).size, { timeout: 10_000 }).toBe(0)
    expect(await sealing.seal(session, [sampleSpan()])).toMatchObject({ firstLeaf: 3, leaves: 1 })
  })

  it('is moved before anybody reads the tree, and when it is closed', async () => {
    const sealing = await open()
    await sealing.seal(session, [sampleSpan()])
    expect((await sealing.tree.head()).size).toBe(1)
    expect(await stored()).toHaveLength(1)
    await sealing.seal(session, [sampleSpan()])
    await sealing.close()
    trail = undefined
    expect(await stored()).toHaveLength(2)
    expect((await stat(file)).size).toBe(0)
  })

  it('gives what the database does not have yet to it at the next start', async () => {
    const spans = Array.from({ length: 100 }, () => sampleSpan())
    await writeFile(file, spans.map((span, index) => lineOf(index, span)).join(''))
    const sealing = await open()
    expect(await stored()).toEqual(spans.map(({ spanId }) => spanId))
    expect((await stat(file)).size).toBe(0)
    expect(await sealing.seal(session, spans.slice(0, 1))).toMatchObject({
      leaves: 0,
      held: [0],
      treeSize: 100,
    })
  })

  it('may hold what the database has already: a crash came before it was cut', async () => {
    const first = await open()
    const spans = Array.from({ length: 5 }, () => sampleSpan())
    for (const span of spans) await first.seal(session, [span])
    await first.close()
    await writeFile(
      file,
      [...spans.keys()]
        .slice(2)
        .map((index) => lineOf(index, spans[index]!))
        .join(''),
    )
    await appendFile(file, lineOf(5, sampleSpan()))
    const second = await open()
    expect((await second.tree.head()).size).toBe(6)
    expect((await stored()).slice(0, 5)).toEqual(spans.map(({ spanId }) => spanId))
  })

  it('drops a last line that a crash cut short, which nobody was told of', async () => {
    const [whole, cut] = [lineOf(0, sampleSpan()), lineOf(1, sampleSpan())]
    await writeFile(file, `${whole}${cut.slice(0, -1)}`)
    const sealing = await open()
    expect((await sealing.tree.head()).size).toBe(1)
  })

  it('is not opened when a byte of it was changed, the ends of its lines included, and nothing of it is moved', async () => {
    const lines = [lineOf(0, sampleSpan()), lineOf(1, sampleSpan())]
    const bytes = Buffer.from(lines.join(''))
    const ends = [(lines[0] ?? '').length - 1, bytes.length - 1]
    const positions = [...Array.from({ length: 12 }, (_, step) => step * 97), ...ends]
    for (const position of positions) {
      const damaged = Buffer.from(bytes)
      damaged[position] = (damaged[position] ?? 0) ^ 1
      await writeFile(file, damaged)
      expect(await refusalOf(open()), `byte ${position}`).toMatchObject({ code: 'ERR_BROKER_DATA_CORRUPT' })
      expect(await readFile(file)).toEqual(damaged)
    }
    expect(await stored()).toEqual([])
  })

  const [one, two, three] = [sampleSpan(), sampleSpan(), sampleSpan()]
  it.each([
    ['when it begins behind the end of the database', [lineOf(1, one)], 'begins at record 1'],
    ['when a record is missing in it', [lineOf(0, one), lineOf(2, three)], 'line 2'],
    ['when a record is in it twice', [lineOf(0, one), lineOf(0, one)], 'line 2'],
    ['when records changed places', [lineOf(1, two), lineOf(0, one)], 'line 2'],
    ['when something else stands in it', [lineOf(0, one), '{"hello":1}\n'], 'line 2'],
    ['when a record has no form', ['{"hash":"x","index":0,"record":{}}\n'], 'line 1'],
  ])('is not opened %s', async (_, lines, problem) => {
    await writeFile(file, lines.join(''))
    const refusal = await refusalOf(open())
    expect(refusal).toMatchObject({ code: 'ERR_BROKER_DATA_CORRUPT' })
    expect((refusal as Error).message).toContain(problem)
    expect((refusal as { hint: string }).hint).toContain('backup')
  })

  it.each([
    ['deleted', null, 'hold 0 records, and 3 were acknowledged'],
    ['emptied', 0, 'hold 0 records, and 3 were acknowledged'],
    ['cut at the end of a line', 2, 'hold 2 records, and 3 were acknowledged'],
  ])('is not opened when it was %s while records waited in it', async (_, kept, problem) => {
    const lines = [one, two, three].map((span, index) => lineOf(index, span))
    keepHead([one, two, three])
    if (kept !== null) await writeFile(file, lines.slice(0, kept).join(''))
    expect(await refusalOf(open())).toMatchObject({
      code: 'ERR_BROKER_DATA_CORRUPT',
      message: expect.stringContaining(problem),
      hint: expect.stringContaining('restore all of it from one backup'),
    })
    await writeFile(file, lines.join(''))
    expect((await (await open()).tree.head()).size).toBe(3)
  })

  it('leaves a record when the kept head was deleted with it', async () => {
    const first = await open()
    await first.seal(session, [one])
    await first.close()
    await rm(file)
    await rm(file.replace('.jsonl', '.head'))
    await open()
    const rows = await database.tables
      .selectFrom('records')
      .select(['name', 'body'])
      .orderBy('leaf_index')
      .execute()
    expect(rows.map(({ name }) => name).at(-1)).toBe('trail.head_missing')
    expect(JSON.parse(rows.at(-1)?.body ?? '').span.attributes).toMatchObject({ 'snowfence.trail.size': 1 })
  })

  it('is not opened behind other records than were acknowledged', async () => {
    keepHead([one, three])
    await writeFile(file, [one, two].map((span, index) => lineOf(index, span)).join(''))
    expect(await refusalOf(open())).toMatchObject({
      code: 'ERR_BROKER_DATA_CORRUPT',
      message: expect.stringContaining('other records than the 2 that were acknowledged'),
    })
  })

  it('keeps the head of what it acknowledged and of what changes of state recorded', async () => {
    const sealing = await open()
    const receipt = await sealing.seal(session, [one])
    const keptHead = async () => JSON.parse(await readFile(file.replace('.jsonl', '.head'), 'utf8'))
    expect(await keptHead()).toEqual({ size: 1, rootHash: receipt.rootHash })
    await sealing.transact(async ({ record }) => {
      record({ name: 'session.closed', sessionId: 'own', principal: null, attributes: {} })
    })
    const { size, root } = await sealing.tree.head()
    expect(await keptHead()).toEqual({ size, rootHash: Buffer.from(root).toString('base64') })
  })

  it('is not opened when the database has another record in the same place', async () => {
    const first = await open()
    await first.seal(session, [one])
    await first.close()
    await writeFile(file, lineOf(0, two))
    expect(await refusalOf(open())).toMatchObject({
      code: 'ERR_BROKER_DATA_CORRUPT',
      message: expect.stringContaining('holds another record 0 than the database'),
    })
  })

  it('is not opened when one span of a session stands in it under two contents', async () => {
    await writeFile(file, lineOf(0, one) + lineOf(1, { ...one, name: 'other' }))
    expect(await refusalOf(open())).toMatchObject({ code: 'ERR_BROKER_DATA_CORRUPT' })
    expect(await stored()).toEqual([])
  })

  it('stops everything once a write to it went wrong, and loses nothing that was acknowledged', async () => {
    const sealing = await open()
    await sealing.seal(session, [one])
    await appendFile(file, '{"cut')
    const attempts = [
      () => sealing.seal(session, [two]),
      () => sealing.seal(session, []),
      () => sealing.transact(async () => undefined),
      () => sealing.settle(),
      () => sealing.tree.head(),
    ]
    for (const attempt of attempts) {
      const refusal = await refusalOf(attempt())
      expect(refusal).toMatchObject({ code: 'ERR_AUDIT_NOT_DURABLE' })
      // Agents are told, and where the broker keeps its files is not for them.
      expect(JSON.stringify(refusal)).not.toContain(directory)
    }
    await sealing.close()
    expect((await (await open()).tree.head()).size).toBe(1)
    expect(await stored()).toEqual([one.spanId])
  })

  it('stops everything once somebody else wrote to the database', async () => {
    const sealing = await open()
    await sealing.seal(session, [one])
    await database.tables.updateTable('tree_head').set({ size: 7 }).execute()
    for (const attempt of [() => sealing.settle(), () => sealing.seal(session, [two])]) {
      expect(await refusalOf(attempt())).toMatchObject({ code: 'ERR_AUDIT_NOT_DURABLE' })
    }
  })

  it('keeps everything in order while it is moved and more arrives', async () => {
    const sealing = await open()
    const spans = Array.from({ length: 1500 }, () => sampleSpan())
    const receipts = await Promise.all(
      spans.map(async (span, index) => {
        const receipt = await sealing.seal(session, [span])
        if (index % 300 === 0) await sealing.tree.head()
        return receipt
      }),
    )
    expect((await sealing.tree.head()).size).toBe(1500)
    const order = await stored()
    for (const [index, { firstLeaf }] of receipts.entries()) {
      expect(order[firstLeaf]).toBe(spans[index]?.spanId)
    }
  })
})
