import { spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { request as requestHttp } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'
import { createPrivateAuthority } from './private-authority.ts'

// The broker behind TLS whose certificate comes from an authority of the organisation's own.

// Some tests start processes of their own.
vi.setConfig({ testTimeout: 90_000 })

const authority = createPrivateAuthority('clinic authority')
const stranger = createPrivateAuthority('clinic authority')

let clinic: ClinicStack
let directory: string
const servers: Server[] = []
/** What arrived, by path without ids. */
const arrived = new Set<string>()

/** TLS in front of the stack's broker; answers are passed on as they come, so that events are. */
const serve = async (identity: { key: string; cert: string }): Promise<string> => {
  const server = createServer(identity, (request, response) => {
    arrived.add(`${request.method} ${request.url?.replace(/[0-9a-f-]{36}|\?.*/g, '*')}`)
    const onward = requestHttp(
      new URL(request.url ?? '/', clinic.stack.broker.url),
      { method: request.method ?? 'GET', headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `https://127.0.0.1:${(server.address() as AddressInfo).port}`
}

beforeAll(async () => {
  clinic = await startClinicStack()
  directory = await mkdtemp(join(tmpdir(), 'snowfence-authority-'))
  await writeFile(join(directory, 'ca.pem'), authority.certificate)
  await writeFile(
    join(directory, 'cli.mjs'),
    `import { main } from ${JSON.stringify(source('cli/src/main.ts'))}; await main(process.argv)`,
  )
  await writeFile(join(directory, 'agent'), await clinic.stack.identityToken('agent', { ttlSeconds: 3600 }))
  await writeFile(
    join(directory, 'auditor'),
    await clinic.stack.identityToken('auditor', { ttlSeconds: 3600 }),
  )
})
afterEach(() => {
  delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
})
afterAll(async () => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
  await clinic.close()
  await rm(directory, { recursive: true, force: true })
})

const read = 'select PATIENT_ID from PATIENTS limit 1'

/** A program of a user's, which knows the authority by its environment alone. */
const run = async (args: readonly string[], variables: Record<string, string>) => {
  const child = spawn(process.execPath, ['--conditions=snowfence-source', ...args], {
    env: { ...process.env, NO_COLOR: '1', SNOWFENCE_BROKER_CA_FILE: join(directory, 'ca.pem'), ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [stdout, stderr, status] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number | null>((resolve) => child.on('close', resolve)),
  ])
  return { stdout, stderr, status }
}
const source = (path: string): string => new URL(`../../packages/${path}`, import.meta.url).pathname

test('with its authority, every request of a connection goes to the broker: sessions, keys, events, traces, approvals', async () => {
  const broker = await serve(authority.issueFor())
  const connection = await clinic.connect({ broker, brokerCa: authority.certificate })
  expect((await connection.query(read)).rows).toHaveLength(1)
  const asked = connection.query('select NOTE_ID from PSYCHOTHERAPY_NOTES limit 1')
  await clinic.decide('approve')
  expect((await asked).rows).toHaveLength(1)
  await connection[Symbol.asyncDispose]()
  expect([...arrived]).toEqual(
    expect.arrayContaining([
      'POST /v1/sessions',
      'GET /jwks.json',
      'GET /v1/sessions/*/events',
      'POST /v1/traces',
      'POST /v1/approvals',
      'GET /v1/approvals/**',
      'POST /v1/approvals/*/claim',
      'POST /v1/approvals/*/settle',
      'DELETE /v1/sessions/*',
    ]),
  )
})

test('a revocation is heard over it', async () => {
  const broker = await serve(authority.issueFor())
  arrived.clear()
  const connection = await clinic.connect({ broker, brokerCa: authority.certificate })
  await connection.query(read)
  const { session } = JSON.parse(clinic.stack.warehouse.queryHistory().at(-1)?.queryTag ?? '{}') as {
    session: string
  }
  await clinic.ask('operator', 'POST', `/v1/sessions/${session}/revoke`, { reason: 'a drill' })
  await expect.poll(() => connection.isUp()).toBe(false)
  await expect(connection.query(read)).rejects.toMatchObject({ snowfenceCode: 'ERR_SESSION_REVOKED' })
  // The last that it says, so that nothing of it arrives in the tests below.
  await expect.poll(() => [...arrived]).toContain('DELETE /v1/sessions/*')
})

describe('no token is sent to', () => {
  const impostors: readonly (readonly [string, () => { key: string; cert: string }, string | undefined])[] = [
    ['a broker whose authority nobody gave', () => authority.issueFor(), undefined],
    ['a broker of another authority of the same name', () => stranger.issueFor(), authority.certificate],
    ['a broker of another name', () => authority.issueFor({ dns: 'broker.test' }), authority.certificate],
    [
      'a broker whose certificate is past its end',
      () => authority.issueFor({ expiresAt: new Date(Date.now() - 1000) }),
      authority.certificate,
    ],
  ]
  test.each(impostors)(
    '%s, not even where the environment turns checks off',
    async (_what, identity, brokerCa) => {
      const broker = await serve(identity())
      arrived.clear()
      for (const setting of [undefined, '0']) {
        if (setting !== undefined) process.env.NODE_TLS_REJECT_UNAUTHORIZED = setting
        const failed = await clinic
          .connect({ broker, ...(brokerCa === undefined ? {} : { brokerCa }) })
          .catch((error: unknown) => error)
        expect(failed).toMatchObject({
          snowfenceCode: 'ERR_BROKER_UNREACHABLE',
          hint: expect.stringContaining('brokerCa'),
        })
      }
      expect([...arrived]).toEqual([])
    },
  )
})

test.each([
  ['text that is no certificate', { broker: 'https://broker.test', brokerCa: 'none' }],
  ['a key', { broker: 'https://broker.test', brokerCa: authority.issueFor().key }],
  ['a path', { broker: 'https://broker.test', brokerCa: '/etc/ssl/ca.pem' }],
  [
    'a certificate for a broker without TLS',
    { broker: 'http://127.0.0.1:1', brokerCa: authority.certificate },
  ],
])('%s is refused before anything is opened, and not repeated', (_what, options) => {
  const make = () => clinic.connection(options)
  expect(make).toThrow(TypeError)
  expect(make).toThrow(/^`brokerCa` (?:must|needs)[^\n]{0,60}$/)
})

describe('a program that knows the authority by its environment', () => {
  const variables = (broker: string) => ({
    SNOWFLAKE_ACCOUNT: clinic.stack.warehouse.account,
    SNOWFLAKE_ACCESS_URL: clinic.stack.warehouse.url,
    SNOWFLAKE_WAREHOUSE: 'AGENTS',
    SNOWFLAKE_DATABASE: 'CLINIC',
    SNOWFLAKE_SCHEMA: 'PUBLIC',
    SNOWFENCE_BROKER: broker,
    SNOWFENCE_IDENTITY_TOKEN_FILE: join(directory, 'agent'),
    SNOWFENCE_AUDITOR_TOKEN_FILE: join(directory, 'auditor'),
    SNOWFENCE_PURPOSE: 'HOPERAT',
    SNOWFENCE_AGENT_ID: 'readmissions-bot',
    PROGRAM_SQL: read,
  })
  const registered = ['--import', source('sdk/src/register/register.ts')]
  const program = new URL('programs/esm-named.mjs', import.meta.url).pathname

  test('is governed by `register`', async () => {
    const ran = await run([...registered, program], variables(await serve(authority.issueFor())))
    expect(ran.stderr).not.toContain('ERR_')
    expect(ran.status).toBe(0)
  })

  test('does not start when the file of the authority is not there', async () => {
    const broker = await serve(authority.issueFor())
    arrived.clear()
    const ran = await run([...registered, program], {
      ...variables(broker),
      SNOWFENCE_BROKER_CA_FILE: join(directory, 'none.pem'),
    })
    expect(ran.status).not.toBe(0)
    expect(ran.stderr).toContain('SNOWFENCE_BROKER_CA_FILE')
    expect([...arrived]).toEqual([])
  })

  test.each([
    ['query', ['query', read, '--json']],
    ['audit key', ['audit', 'key']],
  ])('is `snowfence %s`', async (_name, args) => {
    const ran = await run([join(directory, 'cli.mjs'), ...args], variables(await serve(authority.issueFor())))
    expect(ran).toMatchObject({ status: 0, stdout: expect.stringMatching(/./) })
    const refused = await run(
      [join(directory, 'cli.mjs'), ...args],
      variables(await serve(stranger.issueFor())),
    )
    expect(refused.status).not.toBe(0)
    expect(refused.stdout + refused.stderr).toContain('ERR_BROKER_UNREACHABLE')
  })
})
