import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Approval, Session } from '@snowfence/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from './database/open-database.ts'
import { CANARY, noteStatement } from './test-support/clinic.ts'
import {
  digestFor,
  startTestBroker,
  statementOf,
  TEST_KEY,
  type TestBroker,
} from './test-support/start-test-broker.ts'

const BIND_CANARY = 'CANARY-BIND-987-65'
const REASON_CANARY = 'CANARY-REASON-patient-4711'
const COMMENT_CANARY = 'CANARY-COMMENT-patient-4712'
const CANARIES = [CANARY, BIND_CANARY, REASON_CANARY, COMMENT_CANARY]

const filesBelow = async (directory: string): Promise<string[]> => {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
}

describe('values of patients in statements, binds, reasons and comments', () => {
  let test: TestBroker
  let directory: string
  let dataDir: string

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'snowfence-rest-'))
    dataDir = join(directory, 'data')
    test = await startTestBroker({ config: { dataDir, encryptionKey: TEST_KEY } })
  })
  afterAll(async () => {
    await test.close()
    await rm(directory, { recursive: true, force: true })
  })

  /** One request of each fate, the last one still pending. */
  const leaveTraces = async (broker: TestBroker): Promise<void> => {
    const session = await broker.openSession('agent')
    const ask = async (sqlText: string) => {
      const statement = statementOf(sqlText, [BIND_CANARY])
      return broker.ask(session, statement, { digest: digestFor(session, statement), reason: REASON_CANARY })
    }
    const decide = async (approval: Approval, decision: string) =>
      broker.send('POST', `/v1/approvals/${approval.id}/decision`, await broker.issuer.token('reviewer'), {
        decision,
        comment: COMMENT_CANARY,
        seenDigest: approval.digest,
      })
    const [approved, rejected, pending] = [
      (await ask(noteStatement)).body,
      (await ask(noteStatement)).body,
      (await ask(noteStatement)).body,
    ]
    const shown = await broker.send<Approval>(
      'GET',
      `/v1/approvals/${pending.id}`,
      await broker.issuer.token('reviewer'),
    )
    expect(JSON.stringify(shown.body)).toContain(CANARY)
    expect(JSON.stringify(shown.body)).toContain(BIND_CANARY)
    await decide(approved, 'approve')
    await decide(rejected, 'reject')
    await broker.send('POST', `/v1/approvals/${approved.id}/claim`, session.sessionToken, {
      digest: approved.digest,
    })
    // Denied, unparsable, and with the wrong digest: none of it may be kept either.
    await ask(`drop table CLINIC.PUBLIC.PATIENTS -- ${CANARY}`)
    await ask(`'${CANARY}`)
    await broker.ask(session, statementOf(noteStatement), { digest: 'sha256:0' })
  }

  it('are in no table and in no file of the database, dead rows and the write-ahead log included', async () => {
    await leaveTraces(test)
    await test.broker.close()

    const database = await openDatabase({ dataDir })
    const { rows: tables } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = 'public'
    `.execute(database.tables)
    expect(tables.length).toBeGreaterThanOrEqual(9)
    for (const { name } of tables) {
      const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(
        database.tables,
      )
      const text = rows.map(({ row }) => row).join('\n')
      for (const canary of CANARIES) expect(text, `table ${name}`).not.toContain(canary)
    }
    const { rows: kept } = await sql<{ state: string; sealed: boolean }>`
      select state, sealed_statement is not null as sealed from approvals order by state
    `.execute(database.tables)
    expect(kept).toEqual([
      { state: 'claimed', sealed: false },
      { state: 'pending', sealed: true },
      { state: 'rejected', sealed: false },
    ])
    await database.close()

    const files = await filesBelow(dataDir)
    expect(files.length).toBeGreaterThan(100)
    for (const file of files) {
      const bytes = await readFile(file)
      for (const canary of CANARIES) expect(bytes.includes(canary), file).toBe(false)
    }
  })

  it('are in no line of the log, however much is logged, and neither are tokens', async () => {
    const script = fileURLToPath(new URL('./test-support/run-broker.ts', import.meta.url))
    const another = join(directory, 'another')
    const config = { ...test.config, dataDir: another, log: { level: 'debug' as const } }
    const child = spawn(process.execPath, ['--conditions=snowfence-source', script, JSON.stringify(config)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    }
    await expect.poll(() => /^http:\S+$/m.exec(output)?.[0], { timeout: 60_000 }).toBeDefined()
    const url = /^http:\S+$/m.exec(output)?.[0] ?? ''
    const tokens: string[] = []
    const post = async <T>(path: string, token: string, body: unknown): Promise<T> => {
      tokens.push(token)
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      })
      return (await response.json()) as T
    }
    const session = await post<Session>('/v1/sessions', await test.issuer.token('agent'), {
      purpose: 'HOPERAT',
      agent: { id: 'a' },
      client: { name: 'test', version: '0' },
      snowflake: { account: 'acme-clinic' },
    })
    const statement = statementOf(noteStatement, [BIND_CANARY])
    const request = { statement, digest: digestFor(session, statement), reason: REASON_CANARY }
    const approval = await post<Approval>('/v1/approvals', session.sessionToken, request)
    expect(approval.state).toBe('pending')
    await post('/v1/approvals', session.sessionToken, { ...request, digest: 'x' })
    await post('/v1/approvals', session.sessionToken, { ...request, extra: CANARY })
    await post('/v1/traces', session.sessionToken, { resourceSpans: CANARY })
    child.kill('SIGKILL')
    expect(output).toContain('incoming request')
    for (const secret of [...CANARIES, ...tokens, session.lease.token]) expect(output).not.toContain(secret)
  }, 120_000)
})
