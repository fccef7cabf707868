import { generateKeyPairSync } from 'node:crypto'
import { appendFile, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isSnowfenceError } from '@snowfence/core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createNoteKey } from '../checkpoint/note-key.ts'
import { createSpans } from '../test-support/sample-spans.ts'
import { parseExport } from '../verify/audit-export.ts'
import { verifyExport } from '../verify/verify-export.ts'
import { openJournalSink } from './journal-sink.ts'
import { causeOf } from './not-durable.ts'

let folder: string
let file: string
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'snowfence-journal-'))
  file = path.join(folder, 'audit.jsonl')
})
afterEach(() => rm(folder, { recursive: true }))

const signal = new AbortController().signal
const codeOf = (run: Promise<unknown>) =>
  run.then(
    () => 'fulfilled',
    (error: unknown) => (isSnowfenceError(error) ? error.code : error),
  )
const verify = async () => verifyExport({ ...parseExport(await readFile(file, 'utf8')), verify: null })

describe('a journal', () => {
  it('is an export that verifies as it is, across openings', async () => {
    for (let opening = 0; opening < 3; opening += 1) {
      const sink = await openJournalSink({ file })
      await sink.write(createSpans(2), signal)
      await sink.write(createSpans(1), signal)
      await sink.close()
    }
    expect(await verify()).toMatchObject({
      intact: true,
      records: 9,
      sealed: 9,
      checkpoints: 6,
      signed: false,
    })
  })

  it('holds what it acknowledged before it acknowledges', async () => {
    const sink = await openJournalSink({ file })
    const [span] = createSpans(1)
    const receipt = await sink.write([span!], signal)
    const { records, heads } = parseExport(await readFile(file, 'utf8'))
    expect(records[0]!.text).toContain(span!.spanContext().spanId)
    expect(heads[0]).toMatchObject({ size: receipt.treeSize, rootHash: receipt.rootHash })
    await sink.close()
  })

  it('signs its heads when it has a key', async () => {
    const { privateKey } = generateKeyPairSync('ed25519')
    const sink = await openJournalSink({ file, signingKey: { name: 'journal.example', privateKey } })
    await sink.write(createSpans(3), signal)
    await sink.close()
    const parsed = parseExport(await readFile(file, 'utf8'))
    const key = createNoteKey('journal.example', privateKey)
    expect(verifyExport({ ...parsed, verify: { key } })).toMatchObject({ intact: true, signed: true })
    const other = createNoteKey('journal.example', generateKeyPairSync('ed25519').privateKey)
    expect(verifyExport({ ...parsed, verify: { key: other } }).intact).toBe(false)
  })

  it('can be read by its owner alone', async () => {
    const before = process.umask(0)
    try {
      await writeFile(file, '', { mode: 0o666 })
      const sink = await openJournalSink({ file })
      await sink.write(createSpans(1), signal)
      for (const name of await readdir(folder)) {
        expect((await stat(path.join(folder, name))).mode & 0o077, name).toBe(0)
      }
      await sink.close()
    } finally {
      process.umask(before)
    }
  })

  it('is open once at a time', async () => {
    const sink = await openJournalSink({ file })
    expect(await codeOf(openJournalSink({ file }))).toBe('ERR_AUDIT_STORE_IN_USE')
    await sink.close()
    await (await openJournalSink({ file })).close()
  })

  it('is taken over from a process that died', async () => {
    // No system gives out an id this large.
    await writeFile(`${file}.lock`, '2147483646')
    await (await openJournalSink({ file })).close()
  })

  it.each([
    ['was deleted', async () => await rm(file), 'lacks 4 of 4'],
    ['was emptied', async () => await writeFile(file, ''), 'lacks 4 of 4'],
    ['was cut at the end of a line', async () => await cut(3), 'lacks 2 of 4'],
  ])('is not opened when it %s, until it is whole again', async (_, harm, problem) => {
    const sink = await openJournalSink({ file })
    await sink.write(createSpans(2), signal)
    await sink.write(createSpans(2), signal)
    await sink.close()
    const whole = await readFile(file)
    await harm()
    const refused = await openJournalSink({ file }).catch((error: unknown) => error)
    expect(refused).toMatchObject({
      code: 'ERR_AUDIT_STORE_CORRUPT',
      message: expect.stringContaining(problem),
    })
    await writeFile(file, whole)
    const again = await openJournalSink({ file })
    expect(await again.write(createSpans(1), signal)).toMatchObject({ firstLeaf: 4 })
    await again.close()
  })
  const cut = async (lines: number) => {
    const text = await readFile(file, 'utf8')
    await writeFile(
      file,
      text
        .split('\n')
        .slice(0, lines)
        .map((line) => `${line}\n`)
        .join(''),
    )
  }

  it('is not opened when other records stand in it than were acknowledged', async () => {
    const write = async () => {
      const sink = await openJournalSink({ file })
      await sink.write(createSpans(2), signal)
      await sink.close()
    }
    await write()
    const head = await readFile(`${file}.head`)
    await rm(file)
    await rm(`${file}.head`)
    await write()
    await writeFile(`${file}.head`, head)
    expect(await codeOf(openJournalSink({ file }))).toBe('ERR_AUDIT_STORE_CORRUPT')
  })

  it('opens when the making of its head file was interrupted', async () => {
    await writeFile(`${file}.head`, '')
    await (await openJournalSink({ file })).close()
    expect(JSON.parse(await readFile(`${file}.head`, 'utf8'))).toMatchObject({ size: 0 })
  })

  it('fences a first writer off when its lock file was deleted and a second one came', async () => {
    const first = await openJournalSink({ file })
    await first.write(createSpans(1), signal)
    await rm(`${file}.lock`)
    const second = await openJournalSink({ file })
    expect(causeOf(await first.write(createSpans(1), signal).catch((error: unknown) => error))).toBe(
      'store-failed',
    )
    expect(await second.write(createSpans(1), signal)).toMatchObject({ firstLeaf: 1, treeSize: 2 })
    await first.close()
    await second.close()
    expect((await verify()).intact).toBe(true)
  })

  it('drops a line that a crash cut short, and goes on', async () => {
    const first = await openJournalSink({ file })
    await first.write(createSpans(2), signal)
    await first.close()
    await appendFile(file, '{"index":2,"kind":"rec')
    const second = await openJournalSink({ file })
    expect(await second.write(createSpans(1), signal)).toMatchObject({ firstLeaf: 2, treeSize: 3 })
    await second.close()
    expect((await verify()).intact).toBe(true)
  })

  it('goes on behind records whose head a crash cut off', async () => {
    const first = await openJournalSink({ file })
    await first.write(createSpans(2), signal)
    await first.close()
    const lines = (await readFile(file, 'utf8')).trimEnd().split('\n')
    await writeFile(file, `${lines.slice(0, -1).join('\n')}\n`)
    const second = await openJournalSink({ file })
    await second.write(createSpans(1), signal)
    await second.close()
    expect(await verify()).toMatchObject({ intact: true, records: 3, sealed: 3 })
  })

  it.each([
    ['a record was changed', (text: string) => text.replace('span 1', 'span 7')],
    ['a record was taken out', (text: string) => text.split('\n').toSpliced(1, 1).join('\n')],
    [
      'records changed places',
      (text: string) => [1, 0, 2, 3].map((line) => text.split('\n')[line]).join('\n'),
    ],
    ['a head was changed', (text: string) => text.replace(/"size":\d+/, '"size":3')],
    ['something else was written into it', (text: string) => `${text}hello\n`],
  ])('is not opened when %s', async (_, change) => {
    const sink = await openJournalSink({ file })
    await sink.write(createSpans(2), signal)
    await sink.close()
    const text = await readFile(file, 'utf8')
    await writeFile(file, change(text))
    expect(await codeOf(openJournalSink({ file }))).toBe('ERR_AUDIT_STORE_CORRUPT')
    // It is let go of, so that it can be opened once it was restored.
    await writeFile(file, text)
    await (await openJournalSink({ file })).close()
  })

  it('does not acknowledge when somebody else wrote to it meanwhile, nor ever after', async () => {
    const sink = await openJournalSink({ file })
    await sink.write(createSpans(1), signal)
    await appendFile(file, 'x\n')
    const failed = await sink.write(createSpans(1), signal).catch((error: unknown) => error)
    expect(causeOf(failed)).toBe('store-failed')
    expect(causeOf(await sink.write(createSpans(1), signal).catch((error: unknown) => error))).toBe(
      'store-failed',
    )
    await sink.close()
  })
})
