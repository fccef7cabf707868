import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Approval, DeclaredSession, Session } from '@snowfence/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from './database/open-database.ts'
import { findForms, formsOf } from './test-support/forms-of.ts'
import { type Postgres, startPostgres } from './test-support/start-postgres.ts'
import {
  digestFor,
  startTestBroker,
  statementOf,
  TEST_KEY,
  type TestBroker,
} from './test-support/start-test-broker.ts'

// A broker in a process of its own, driven through its whole surface with tokens, identifiers and literals that occur
// nowhere else. Then everything that it wrote, sent and answered is searched for each of them, in every usual encoding.

const SSN = '219-09-9999'
const MRN = '84731950'
/** A name behind a title, which the detectors find. */
const NAME = 'Quackenbush'
/** A name that no detector finds: it is encrypted, and nowhere in clear. */
const BARE_NAME = 'Wilhelmina Oxenford'
const LITERAL = 'LITERAL-CANARY-5577'
const BIND = 'BIND-CANARY-6688'
const identifiers = [SSN, MRN, NAME]
const note = (about: string): string => `${about} of Mrs. ${NAME}, SSN ${SSN}, MRN ${MRN}`

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

interface Exchange {
  readonly path: string
  readonly status: number
  readonly text: string
}

const filesBelow = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))

let helper: TestBroker
let postgres: Postgres
beforeAll(async () => {
  helper = await startTestBroker()
  postgres = await startPostgres()
})
afterAll(async () => {
  await postgres.close()
  await helper.close()
})

describe('formsOf', () => {
  it.each([0, 1, 2, 3])('finds a text in an encoding that begins %s bytes before it', (before) => {
    const hidden = Buffer.concat([Buffer.alloc(before, 120), Buffer.from(`${LITERAL}, and more`)])
    for (const encoding of ['base64', 'base64url', 'hex', 'utf8'] as const)
      expect(findForms(Buffer.from(hidden.toString(encoding)), [LITERAL])).not.toEqual([])
    expect(formsOf('a/b')).toContain('a%2Fb')
  })
})

describe.each(['PGlite', 'PostgreSQL'])('a broker with %s', (kind) => {
  let directory: string
  let databaseUrl: string | undefined
  let child: ChildProcess
  let collector: Server
  let url = ''
  let output = ''
  let forwarded = ''
  const tokens: string[] = []
  const exchanges: Exchange[] = []

  const send = async (
    method: string,
    path: string,
    token: string | null,
    body?: string,
    contentType = 'application/json',
  ): Promise<Exchange> => {
    if (token !== null) tokens.push(token)
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': contentType }),
      },
      ...(body === undefined ? {} : { body }),
    })
    const exchange = { path, status: response.status, text: await response.text() }
    exchanges.push(exchange)
    return exchange
  }
  const post = async <T>(path: string, token: string | null, body: unknown, status: number): Promise<T> => {
    const answer = await send('POST', path, token, JSON.stringify(body))
    expect([path, answer.status, answer.status === status ? '' : answer.text]).toEqual([path, status, ''])
    return (answer.text === '' ? {} : JSON.parse(answer.text)) as T
  }
  type Client = Parameters<TestBroker['openSession']>[0]
  const tokenOf = async (client: Client): Promise<string> => {
    const token = await helper.issuer.token(client)
    tokens.push(token)
    return token
  }
  const opening = (changes: object = {}) => ({
    purpose: 'HOPERAT',
    agent: {
      id: 'readmissions-bot',
      name: `the bot of Mrs. ${NAME}`,
      task: `${note('chart review')}, for ${BARE_NAME}`,
      conversationId: `chat-${SSN}`,
    },
    client: { name: 'test', version: '0' },
    snowflake: { account: 'acme-clinic' },
    ...changes,
  })
  const open = async (client: Client): Promise<Session> => {
    const session = await post<Session>('/v1/sessions', await tokenOf(client), opening(), 201)
    tokens.push(session.sessionToken, session.lease.token)
    return session
  }

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'snowfence-secrets-'))
    collector = createServer((request, response) => {
      request.on('data', (chunk: Buffer) => {
        forwarded += chunk.toString()
      })
      request.on('end', () => response.end('{}'))
    }).listen(0, '127.0.0.1')
    await once(collector, 'listening')
    databaseUrl = kind === 'PGlite' ? undefined : await postgres.createDatabase('secrets')
    const { dataDir: _, ...config } = helper.config
    const own = databaseUrl === undefined ? { dataDir: join(directory, 'data') } : { databaseUrl }
    const script = fileURLToPath(new URL('./test-support/run-broker.ts', import.meta.url))
    const settings = JSON.stringify({
      ...config,
      ...own,
      encryptionKey: TEST_KEY,
      log: { level: 'debug' },
      otlp: { endpoint: `http://127.0.0.1:${(collector.address() as AddressInfo).port}` },
    })
    child = spawn(process.execPath, ['--conditions=snowfence-source', script, settings], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        output += chunk.toString()
      })
    }
    const addressOf = () => /^http:\S+$/m.exec(output)?.[0]
    while (addressOf() === undefined && child.exitCode === null)
      await new Promise((resolve) => setTimeout(resolve, 50))
    url = addressOf() ?? ''
  }, 180_000)
  afterAll(async () => {
    child.kill('SIGKILL')
    collector.close()
    await rm(directory, { recursive: true, force: true })
  })

  it('refuses tokens of every kind, wherever they stand', async () => {
    const good = await tokenOf('agent')
    const [header = '', payload = '', signature = ''] = good.split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const forged = [
      `${encode({ alg: 'none' })}.${payload}.`,
      `${encode({ alg: 'HS256' })}.${payload}.${signature}`,
      `${header}.${encode({ ...claims, iss: 'https://elsewhere.test/canary-issuer' })}.${signature}`,
      `${header}.${encode({ ...claims, sub: 'forged-subject-canary' })}.${signature}`,
      `${encode({ alg: 'RS256', kid: 'canary-kid-1234' })}.${payload}.${signature}`,
      `${encode({ alg: 'RS256', jku: 'https://attacker.test/canary-jku' })}.${payload}.${signature}`,
      `${header}.${encode({ ...claims, filler: 'canary-filler'.repeat(900) })}.${signature}`,
      'gibberish-token-canary',
      `sfs_${Buffer.alloc(32, 7).toString('base64url')}`,
    ]
    for (const token of forged) {
      expect((await send('POST', '/v1/sessions', token, JSON.stringify(opening()))).status).toBe(401)
      expect((await send('GET', '/v1/approvals', token)).status).toBe(401)
    }
    // A token in a query string opens nothing, and its address is not logged.
    const paths = JSON.parse((await send('GET', '/openapi.json', null)).text).paths as Record<string, object>
    const query = `access_token=${good}&token=${good}&sessionToken=${good}`
    let tried = 0
    for (const [path, methods] of Object.entries(paths)) {
      for (const [method, { security, parameters = [] }] of Object.entries(
        methods as Record<string, { security?: unknown; parameters?: { in: string; name: string }[] }>,
      )) {
        expect(parameters.filter(({ in: place, name }) => place === 'query' && /token/i.test(name))).toEqual(
          [],
        )
        if (security === undefined) continue
        tried += 1
        const address = `${path.replace(/\{\w+\}/g, '7f1c7a52-9a49-4d0e-8f1b-3a0c5b9d1e2f')}?${query}`
        expect([path, (await send(method.toUpperCase(), address, null)).status]).toEqual([path, 401])
      }
    }
    expect(tried).toBeGreaterThan(15)
    await send('GET', `/v1/approvals/${good.slice(0, 90)}`, good)
    await send('GET', `/nowhere/${good}?${query}`, good)
    const socket = connect(Number(new URL(url).port), '127.0.0.1')
    socket.on('error', () => {}).resume()
    socket.end(`GET /${good} HTTP/9\r\nauthorization: Bearer ${good}\r\n\r\n`)
    await once(socket, 'close')
  }, 120_000)

  it('serves sessions, renewals and approvals, and refuses malformed bodies', async () => {
    const session = await open('agent')
    const renewing = `/v1/sessions/${session.sessionId}/renew`
    const renewal = { identityToken: await tokenOf('agent') }
    const { lease } = await post<Session>(renewing, session.sessionToken, renewal, 200)
    tokens.push(lease.token)
    await post(renewing, session.sessionToken, { identityToken: await tokenOf('second-agent') }, 401)
    await post(renewing, session.sessionToken, { identityToken: renewal.identityToken, more: LITERAL }, 400)

    const sqlText = `select TEXT from CLINIC.PUBLIC.PSYCHOTHERAPY_NOTES where PATIENT_ID = '${LITERAL}'`
    const statement = statementOf(sqlText, [BIND])
    const request = { statement, digest: digestFor(session, statement), reason: note('because') }
    const ask = async () => post<Approval>('/v1/approvals', session.sessionToken, request, 201)
    const decide = async (approval: Approval, decision: string) => {
      const answer = { decision, comment: note('seen'), seenDigest: approval.digest }
      return post<Approval>(`/v1/approvals/${approval.id}/decision`, await tokenOf('reviewer'), answer, 200)
    }
    const approved = await ask()
    expect(approved.declared).toContain('agent.task')
    expect(approved.agent.task).toContain(BARE_NAME)
    const rejected = await decide(await ask(), 'reject')
    expect(rejected.decisions[0]?.comment).toContain('[ssn]')
    await ask()
    await decide(approved, 'approve')
    const claiming = { digest: approved.digest }
    const claim = await post<{ lease: { token: string } }>(
      `/v1/approvals/${approved.id}/claim`,
      session.sessionToken,
      claiming,
      200,
    )
    tokens.push(claim.lease.token)
    const settling = `/v1/approvals/${approved.id}/settle`
    await post(settling, session.sessionToken, { outcome: 'executed', queryId: note('query') }, 400)
    await post(settling, session.sessionToken, { outcome: 'executed', queryId: null }, 200)

    const failing = [`drop table PATIENTS -- ${LITERAL}`, `'${LITERAL}`, `select '${LITERAL}' from`]
    for (const text of failing)
      await send(
        'POST',
        '/v1/approvals',
        session.sessionToken,
        JSON.stringify({ ...request, statement: statementOf(text) }),
      )
    for (const body of [
      `{"statement":"${LITERAL}`,
      JSON.stringify({ [LITERAL]: BIND }),
      LITERAL,
      '[]',
      '\u0000',
    ])
      for (const path of ['/v1/approvals', '/v1/traces', `/v1/approvals/${approved.id}/claim`])
        expect((await send('POST', path, session.sessionToken, body)).status).toBeGreaterThanOrEqual(400)
    await send('POST', '/v1/approvals', session.sessionToken, LITERAL, 'text/plain')
    await send('POST', '/v1/traces', session.sessionToken, LITERAL, 'application/x-protobuf')

    const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } })
    const spans = (attributes: object[]) =>
      JSON.stringify({
        resourceSpans: [
          {
            scopeSpans: [
              {
                spans: [
                  {
                    traceId: '0af7651916cd43dd8448eb211c80319c',
                    spanId: Math.random().toString(16).slice(2, 18).padEnd(16, '1'),
                    name: 'query',
                    kind: 3,
                    attributes: [
                      { key: 'snowfence.schema.version', value: { intValue: 2 } },
                      attribute('snowfence.span', 'query'),
                      attribute('snowfence.session.id', session.sessionId),
                      ...attributes,
                    ],
                  },
                ],
              },
            ],
          },
        ],
      })
    const trace = async (name: string, value: string): Promise<number> =>
      (await send('POST', '/v1/traces', session.sessionToken, spans([attribute(name, value)]))).status
    expect(await trace('snowfence.query.id', `query-${SSN}`)).toBe(422)
    expect(await trace('snowfence.request.id', SSN)).toBe(422)
    expect(await trace('gen_ai.conversation.id', `chat-${SSN}`)).toBe(422)
    expect(await trace('gen_ai.agent.name', note('bot'))).toBe(422)
    expect(await trace('db.query.text', `select '${LITERAL}'`)).toBe(422)
    // An earlier SDK puts the task there in clear: the broker takes the record, and leaves it out.
    expect(await trace('snowfence.agent.task', note('task'))).toBe(200)
  }, 120_000)

  it('revokes, restores and shows the trail', async () => {
    const doomed = await open('second-agent')
    const operator = await tokenOf('operator')
    await post(`/v1/sessions/${doomed.sessionId}/revoke`, operator, { reason: note('stolen') }, 204)
    const { issuer, subject } = (await open('second-agent')).principal
    const revocation = { issuer, subject, reason: note('stolen laptop') }
    await post('/v1/principals/revoke', operator, revocation, 200)
    await post('/v1/sessions', await tokenOf('second-agent'), opening(), 403)
    await send('GET', '/v1/principals/revoked', operator)
    await post('/v1/principals/restore', operator, revocation, 200)
    const auditor = await tokenOf('auditor')
    const { text } = await send('GET', `/v1/audit/sessions/${doomed.sessionId}`, auditor)
    const declared = JSON.parse(text) as DeclaredSession
    expect(declared.agent.task).toContain('[ssn]')
    expect(declared.agent.task).toContain(BARE_NAME)
    expect(declared.endReason).toContain('[ssn]')
    await expect
      .poll(async () => (await send('GET', '/v1/audit/records', auditor)).text, { timeout: 30_000 })
      .toContain('identity.refused')
    for (const path of ['/metrics', '/readyz', '/v1/audit/checkpoint']) await send('GET', path, auditor)
  }, 120_000)

  it('answers an error of its database without its text', async () => {
    if (databaseUrl === undefined) return
    const database = await openDatabase({ databaseUrl })
    const rename = (from: string, to: string) =>
      sql`alter table ${sql.table(from)} rename to ${sql.ref(to)}`.execute(database.tables)
    await rename('sessions', 'sessions_away')
    const answer = await send('POST', '/v1/sessions', await tokenOf('agent'), JSON.stringify(opening()))
    expect(answer.status).toBe(500)
    await rename('sessions_away', 'sessions')
    await database.close()
  }, 60_000)

  it('has logged, stored, forwarded and answered none of it', async () => {
    await expect.poll(() => forwarded, { timeout: 30_000 }).toContain('session.created')
    const parts = [...new Set(tokens)].flatMap((token) =>
      token.includes('.') ? token.split('.').slice(1) : [token],
    )
    const secrets = parts.filter((part) => part.length > 20)
    expect(secrets.length).toBeGreaterThan(20)
    const hidden = [...identifiers, LITERAL, BIND]
    const everything = [...hidden, BARE_NAME, ...secrets]

    expect(output).toContain('incoming request')
    expect(findForms(Buffer.from(output), everything)).toEqual([])
    expect(findForms(Buffer.from(forwarded), everything)).toEqual([])
    // The answer to a request may hold the token that it asks for; a pending statement is for its approver alone.
    for (const { path, status, text } of exchanges) {
      expect(findForms(Buffer.from(text), hidden), `${status} ${path}`).toEqual([])
      if (path.startsWith('/v1/audit/records'))
        expect(findForms(Buffer.from(text), everything), path).toEqual([])
    }

    const search = async (): Promise<void> => {
      for (const file of databaseUrl === undefined ? await filesBelow(directory) : [])
        expect(findForms(await readFile(file), everything), file).toEqual([])
    }
    await search()
    child.kill('SIGTERM')
    await once(child, 'exit')
    await search()
    const dataDir = join(directory, 'data')
    const database = await openDatabase(databaseUrl === undefined ? { dataDir } : { databaseUrl })
    const { rows: tables } = await sql<{ name: string }>`
      select table_name as name from information_schema.tables where table_schema = 'public'
    `.execute(database.tables)
    expect(tables.length).toBeGreaterThanOrEqual(11)
    for (const { name } of tables) {
      const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(
        database.tables,
      )
      expect(findForms(Buffer.from(rows.map(({ row }) => row).join('\n')), everything), name).toEqual([])
    }
    await database.close()
  }, 120_000)
})
