import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Approval, Session } from '@snowfence/core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { BrokerConfigInput } from './config/broker-config.ts'
import { createBroker } from './create-broker.ts'
import { noteStatement } from './test-support/clinic.ts'
import { digestFor, startTestBroker, statementOf, type TestBroker } from './test-support/start-test-broker.ts'

describe('a broker', () => {
  let directory: string
  let test: TestBroker
  /** A data directory that nobody has open, to be copied: a copy opens much faster than a new one is made. */
  let sound: string
  let children: ChildProcess[] = []

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'snowfence-start-'))
    test = await startTestBroker({ config: { dataDir: join(directory, 'data') } })
    sound = join(directory, 'sound')
    await (await createBroker({ ...test.config, dataDir: sound })).close()
  })
  afterAll(async () => {
    await test.close()
    await rm(directory, { recursive: true, force: true })
  })
  afterEach(() => {
    for (const child of children) child.kill('SIGKILL')
    children = []
  })

  /** A broker of the same issuer and policy that must not come up. */
  const startOther = (changes: Partial<BrokerConfigInput>) => createBroker({ ...test.config, ...changes })
  const refusalOf = async (changes: Partial<BrokerConfigInput>) => {
    try {
      const broker = await startOther(changes)
      try {
        await broker.listen()
      } finally {
        await broker.close()
      }
    } catch (error) {
      return error
    }
    throw new Error('the broker came up')
  }

  it('keeps its key and its database where only their owner can read them', async () => {
    const data = join(directory, 'data')
    for (const name of ['broker.key', 'broker.lock', 'audit-journal.jsonl']) {
      expect((await stat(join(data, name))).mode & 0o077).toBe(0)
    }
    expect((await stat(data)).mode & 0o077).toBe(0)
  })

  it('refuses a directory that another broker has open', async () => {
    expect(await refusalOf({})).toMatchObject({ code: 'ERR_BROKER_DATA_IN_USE' })
  })

  it('refuses a port that is in use', async () => {
    const taken = createServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    const { port } = taken.address() as { port: number }
    const dataDir = join(directory, 'taken')
    await cp(sound, dataDir, { recursive: true })
    const refusal = await refusalOf({ dataDir, listen: { port } })
    expect(refusal).toMatchObject({
      code: 'ERR_BROKER_PORT_IN_USE',
      message: `port ${port} on \`127.0.0.1\` is already in use`,
    })
    taken.close()
  })

  it('refuses a policy that is not valid, and one that is not there', async () => {
    const policy = join(directory, 'broken.yaml')
    await writeFile(policy, 'version: 1\nclasses: { ssn: { mask: no-such-mask } }\n')
    expect(await refusalOf({ dataDir: undefined, policy })).toMatchObject({ code: 'ERR_POLICY_INVALID' })
    const absent = join(directory, 'absent.yaml')
    expect(await refusalOf({ dataDir: undefined, policy: absent })).toMatchObject({
      code: 'ERR_POLICY_INVALID',
    })
  })

  it('refuses a database that does not answer', async () => {
    const refusal = await refusalOf({
      dataDir: undefined,
      databaseUrl: 'postgres://user:a-password@127.0.0.1:1/none',
      encryptionKey: Buffer.alloc(32, 1).toString('base64'),
    })
    expect(refusal).toMatchObject({ code: 'ERR_BROKER_DATABASE_UNREACHABLE' })
    expect(JSON.stringify(refusal)).not.toContain('a-password')
  })

  it('refuses an encryption key of the wrong length', async () => {
    expect(await refusalOf({ dataDir: undefined, encryptionKey: 'c2hvcnQ=' })).toMatchObject({
      code: 'ERR_BROKER_CONFIG_INVALID',
    })
  })

  describe('refuses a data directory', () => {
    const damages: readonly (readonly [string, (data: string) => Promise<void>])[] = [
      ['whose version is garbage', (data) => writeFile(join(data, 'database', 'PG_VERSION'), 'garbage')],
      [
        'whose control file is damaged',
        (data) => writeFile(join(data, 'database', 'global', 'pg_control'), Buffer.alloc(8192, 7)),
      ],
      [
        'whose log is damaged',
        async (data) => {
          const log = join(data, 'database', 'pg_wal')
          for (const name of await readdir(log)) {
            if (/^[0-9A-F]{24}$/.test(name)) await writeFile(join(log, name), Buffer.alloc(1000, 9))
          }
        },
      ],
      ['whose tables are gone', (data) => rm(join(data, 'database', 'base'), { recursive: true })],
      [
        'that holds something else',
        async (data) => {
          await rm(join(data, 'database', 'PG_VERSION'))
        },
      ],
      [
        'whose audit journal is damaged',
        (data) => writeFile(join(data, 'audit-journal.jsonl'), '{"hash":"","index":0,"record":{}}\n'),
      ],
      ['whose key is gone', (data) => rm(join(data, 'broker.key'))],
      ['whose key is damaged', (data) => writeFile(join(data, 'broker.key'), 'nonsense')],
      [
        'whose key is another',
        (data) => writeFile(join(data, 'broker.key'), Buffer.alloc(32, 5).toString('base64')),
      ],
    ]

    it.each(damages)('%s', async (name, damage) => {
      const data = join(directory, createHash('sha256').update(name).digest('hex').slice(0, 8))
      await cp(sound, data, { recursive: true })
      await damage(data)
      expect(await refusalOf({ dataDir: data })).toMatchObject({ code: 'ERR_BROKER_DATA_CORRUPT' })
    })

    it('that is a file or lies behind one, and says so', async () => {
      const file = join(directory, 'file')
      await writeFile(file, 'x')
      for (const dataDir of [file, join(file, 'x')])
        for (const encryptionKey of [undefined, Buffer.alloc(32, 1).toString('base64')])
          expect(await refusalOf({ dataDir, encryptionKey })).toMatchObject({
            code: 'ERR_BROKER_CONFIG_INVALID',
            message: `the data directory \`${dataDir}\` could not be prepared: \`${file}\` is a file, not a directory`,
          })
    })

    it('never when it is sound, and finds everything again', async () => {
      const first = await startOther({ dataDir: sound })
      await first.listen()
      const keys = await (await fetch(`${first.url}/jwks.json`)).text()
      await first.close()
      const second = await startOther({ dataDir: sound })
      await second.listen()
      expect(await (await fetch(`${second.url}/jwks.json`)).text()).toBe(keys)
      await second.close()
    })
  })

  const startProcess = async (dataDir: string): Promise<{ url: string; child: ChildProcess }> => {
    const script = fileURLToPath(new URL('./test-support/run-broker.ts', import.meta.url))
    const child = spawn(
      process.execPath,
      ['--conditions=snowfence-source', script, JSON.stringify({ ...test.config, dataDir })],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    children.push(child)
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim()))
      child.once('exit', (code) => reject(new Error(`the broker ended with ${code}`)))
    })
    return { url, child }
  }
  const kill = (child: ChildProcess): Promise<void> =>
    new Promise((resolve) => {
      child.once('exit', () => resolve())
      child.kill('SIGKILL')
    })
  const post = async <T>(url: string, token: string, body: unknown): Promise<T> => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return (await response.json()) as T
  }

  it('that is killed has lost nothing it acknowledged, and leaves a claim in doubt as indeterminate', async () => {
    const dataDir = join(directory, 'killed')
    await cp(sound, dataDir, { recursive: true })
    const { url, child } = await startProcess(dataDir)
    const session = await post<Session>(`${url}/v1/sessions`, await test.issuer.token('agent'), {
      purpose: 'HOPERAT',
      agent: { id: 'a' },
      client: { name: 'test', version: '0' },
      snowflake: { account: 'acme-clinic' },
    })
    const statement = statementOf(noteStatement)
    const ask = () =>
      post<Approval>(`${url}/v1/approvals`, session.sessionToken, {
        statement,
        digest: digestFor(session, statement),
        reason: null,
      })
    const [claimed, pending] = [await ask(), await ask()]
    expect([claimed, pending]).toMatchObject([{ state: 'pending' }, { state: 'pending' }])
    await post(`${url}/v1/approvals/${claimed.id}/decision`, await test.issuer.token('reviewer'), {
      decision: 'approve',
      seenDigest: claimed.digest,
    })
    await post(`${url}/v1/approvals/${claimed.id}/claim`, session.sessionToken, { digest: claimed.digest })
    const before = await (
      await fetch(`${url}/v1/audit/records`, { headers: { authorization: `Bearer ${session.sessionToken}` } })
    ).text()
    await kill(child)

    const again = await startProcess(dataDir)
    const read = async (path: string): Promise<Response> =>
      fetch(`${again.url}${path}`, { headers: { authorization: `Bearer ${session.sessionToken}` } })
    const after = await (await read('/v1/audit/records')).text()
    const records = (text: string): string[] =>
      text.split('\n').filter((line) => line.includes('"kind":"record"'))
    expect(records(after).slice(0, records(before).length)).toEqual(records(before))
    const stateOf = async (id: string): Promise<string> =>
      ((await (await read(`/v1/approvals/${id}`)).json()) as Approval).state
    expect(await stateOf(claimed.id)).toBe('indeterminate')
    expect(await stateOf(pending.id)).toBe('pending')
    const second = await post<{ error: { code: string } }>(
      `${again.url}/v1/approvals/${claimed.id}/claim`,
      session.sessionToken,
      { digest: claimed.digest },
    )
    expect(second.error.code).toBe('ERR_APPROVAL_STATE')
    await kill(again.child)
  }, 120_000)

  it('ends what waits when it is closed: a long poll is answered, a stream ends', async () => {
    const other = await startTestBroker()
    const session = await other.openSession('agent')
    const approval = (await other.ask(session, statementOf(noteStatement))).body
    const waiting = other.send<Approval>('GET', `/v1/approvals/${approval.id}?wait=60`, session.sessionToken)
    const stream = await fetch(`${other.broker.address}/v1/sessions/${session.sessionId}/events`, {
      headers: { authorization: `Bearer ${session.sessionToken}` },
    })
    await other.close()
    expect((await waiting).body.state).toBe('pending')
    expect(await stream.text()).toContain(': connected')
  }, 60_000)

  it('leaves nothing running when it is closed', async () => {
    const script = fileURLToPath(new URL('./test-support/run-and-close-broker.ts', import.meta.url))
    const dataDir = join(directory, 'closed')
    await cp(sound, dataDir, { recursive: true })
    const child = spawn(
      process.execPath,
      ['--conditions=snowfence-source', script, JSON.stringify({ ...test.config, dataDir })],
      { stdio: ['ignore', 'ignore', 'inherit'] },
    )
    children.push(child)
    const code = await new Promise((resolve) => child.once('exit', resolve))
    expect(code).toBe(0)
  }, 120_000)

  it('answers a bad request without repeating its contents', async () => {
    const token = await test.issuer.token('agent')
    const answer = await test.send('POST', '/v1/sessions', token, { purpose: ['a value that was sent'] })
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ error: { code: 'ERR_REQUEST_INVALID' } })
    expect(JSON.stringify(answer.body)).not.toContain('a value that was sent')
  })

  it('answers a route that it does not have, and a body that is no JSON, in the form of its errors', async () => {
    const { status, body } = await test.send('GET', '/v1/nothing', null)
    expect(status).toBe(404)
    expect(body).toMatchObject({ error: { code: 'ERR_ROUTE_NOT_FOUND' } })
    const token = await test.issuer.token('agent')
    const response = await fetch(`${test.broker.address}/v1/sessions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: '{"__proto__": {"a": 1}}',
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'ERR_REQUEST_INVALID' } })
  })
})
