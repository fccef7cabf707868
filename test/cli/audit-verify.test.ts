import { spawn } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import {
  createAuditTrail,
  createAuditTree,
  createExportedHead,
  createMemorySink,
  createMemoryTreeStore,
  createNoteKey,
  formatExport,
  formatNoteKey,
  signCheckpoint,
} from '@snowfence/audit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const command = path.resolve(import.meta.dirname, '../../packages/cli/bin/snowfence.js')
const LOG = 'broker.example/audit'

let folder = ''
let whole = ''
let anchor = ''
let lines: string[] = []

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'snowfence-verify-'))
  const { privateKey } = generateKeyPairSync('ed25519')
  const sink = createMemorySink()
  const trail = createAuditTrail({ sink, serviceName: 'test' })
  for (const id of ['a', 'b', 'c', 'd'])
    await trail.record('session', 'session.started', { 'snowfence.session.id': id })
  const tree = createAuditTree(createMemoryTreeStore())
  const heads = []
  for (const from of [0, 2]) {
    const { head } = await tree.append(sink.records.slice(from, from + 2).map(({ leafHash }) => leafHash))
    const note = signCheckpoint(head, LOG, privateKey, new Date(from * 1000))
    heads.push(createExportedHead({ note, from, ...head }, await tree.evidence(from, head.size)))
  }
  whole = formatExport({
    records: sink.records.map((record, index) => ({ index, text: record.text })),
    heads,
  })
  lines = whole.split('\n').filter((line) => line !== '')
  anchor = `4:${heads[1]?.rootHash}`
  await writeFile(path.join(folder, 'trail.key'), formatNoteKey(createNoteKey(LOG, privateKey)))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the built command as an auditor does. */
const verify = async (contents: string, ...flags: readonly string[]) => {
  await writeFile(path.join(folder, 'trail.jsonl'), contents)
  const args = [
    'audit',
    'verify',
    path.join(folder, 'trail.jsonl'),
    '--key',
    path.join(folder, 'trail.key'),
    ...flags,
  ]
  const child = spawn(process.execPath, [command, ...args], {
    env: { ...process.env, NO_COLOR: '1', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [stdout, status] = await Promise.all([
    text(child.stdout),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ])
  return { stdout, status }
}

describe('snowfence audit verify', () => {
  it('says first what is covered, and by which head', async () => {
    const { stdout, status } = await verify(whole, '--anchor', anchor)
    expect(status).toBe(0)
    expect(stdout).toMatch(
      /^covered: records 0 to 3, by the head of size 4 that broker\.example\/audit signed/,
    )
    expect(stdout).toContain('witnessed')
    expect(stdout).toContain('proved: 4 records')
  })

  it('says that a trail without a head kept elsewhere is unwitnessed', async () => {
    const { stdout, status } = await verify(whole)
    expect(status).toBe(0)
    expect(stdout).toContain('unwitnessed')
  })

  it.each([
    ['an empty file', () => ''],
    [
      'a record behind the last head',
      () =>
        `${whole}${lines[0]?.replace('"index":0', '"index":4').replace(/"spanId":"..../, '"spanId":"ffff')}\n`,
    ],
    ['no head', () => `${lines.filter((line) => !line.includes('"kind":"head"')).join('\n')}\n`],
    [
      'the last head dropped and a record behind it forged',
      () => `${lines.slice(0, 4).join('\n')}\n${lines[4]?.replaceAll('"d"', '"z"')}\n`,
    ],
  ])('names what is unproved and ends with 1: %s', async (_, forged) => {
    const { stdout, status } = await verify(forged())
    expect(status).toBe(1)
    expect(stdout).toContain('unproved')
    expect(stdout).not.toContain('proved: 4 records')
    expect((await verify(forged(), '--allow-unproved')).status).toBe(0)
  })

  it('ends with 1 for a shorter, older export and a head that was kept elsewhere, whatever is allowed', async () => {
    const older = `${lines.slice(0, 3).join('\n')}\n`
    const { stdout, status } = await verify(older, '--anchor', anchor, '--allow-unproved')
    expect(status).toBe(1)
    expect(stdout).toContain('the end was cut')
  })
})
