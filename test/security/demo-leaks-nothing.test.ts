import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { buffer } from 'node:stream/consumers'
import { PGlite } from '@electric-sql/pglite'
import { identifyingPattern } from '@snowfence/local'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

interface DemoLine {
  readonly statement?: number
  readonly decision?: string
  readonly rows?: readonly (readonly unknown[])[]
  readonly ok?: boolean
}

const demo = path.resolve(import.meta.dirname, '../../examples/demo/main.ts')
const leaks = (text: string): string[] => text.match(identifyingPattern()) ?? []

/** Every table of the broker's database as text, whatever its storage looks like. */
const dumpDatabase = async (directory: string): Promise<string> => {
  const database = await PGlite.create({ dataDir: directory })
  const { rows: tables } = await database.query<{ name: string }>(
    "select quote_ident(schemaname) || '.' || quote_ident(tablename) as name from pg_tables where schemaname not in ('pg_catalog', 'information_schema')",
  )
  const texts: string[] = []
  for (const { name } of tables) {
    const { rows } = await database.query<{ row: string }>(
      `select row_to_json(t)::text as row from ${name} t`,
    )
    texts.push(`${name} ${rows.length}`, ...rows.map(({ row }) => row))
  }
  await database.close()
  return texts.join('\n')
}

const readTree = async (folder: string): Promise<string> => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name))
  return (await Promise.all(files.map((file) => readFile(file, 'latin1')))).join('\n')
}

describe('over the whole demonstration', () => {
  let folder = ''
  let lines: DemoLine[] = []
  let standardError = ''
  let exported = ''
  const receiver = createServer((request, response) => {
    buffer(request).then((body) => {
      exported += body.toString('latin1')
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
    })
  })

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'snowfence-canary-'))
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve))
    const child = spawn(
      process.execPath,
      ['--conditions=snowfence-source', demo, '--json', '--data-dir', folder],
      {
        cwd: folder,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...process.env,
          NODE_OPTIONS: '',
          OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`,
        },
      },
    )
    let standardOutput = ''
    child.stdout.on('data', (chunk) => {
      standardOutput += chunk
    })
    child.stderr.on('data', (chunk) => {
      standardError += chunk
    })
    const [status] = await once(child, 'close')
    lines = standardOutput
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as DemoLine)
    expect(status, standardError).toBe(0)
    expect(lines.at(-1)).toMatchObject({ ok: true })
  }, 120_000)

  afterAll(async () => {
    receiver.close()
    await rm(folder, { recursive: true, force: true })
  })

  it('the pattern of identifying values does find what a revealed note holds', () => {
    const revealed = lines.filter(
      ({ decision, rows }) => decision === 'needs-approval' && rows && rows.length > 0,
    )
    expect(revealed).toHaveLength(2)
    for (const line of revealed) expect(leaks(JSON.stringify(line.rows)).length).toBeGreaterThan(0)
  })

  it('no identifying value reaches the agent beyond what a person revealed', () => {
    const unrevealed = lines.map((line) =>
      line.decision === 'needs-approval' ? { ...line, rows: [] } : line,
    )
    expect(leaks(JSON.stringify(unrevealed))).toEqual([])
  })

  it('no identifying value is in any log line', () => {
    expect(leaks(standardError)).toEqual([])
  })

  it('no identifying value is in any span that was forwarded', () => {
    expect(exported).toContain('snowfence.')
    expect(leaks(exported)).toEqual([])
  })

  it("no identifying value is in the broker's database, read as tables or as bytes", async () => {
    const bytes = await readTree(folder)
    expect(bytes.length).toBeGreaterThan(100_000)
    expect(leaks(bytes)).toEqual([])
    const tables = await dumpDatabase(path.join(folder, 'database'))
    expect(tables).toContain('public.records')
    expect(leaks(tables)).toEqual([])
  })
})
