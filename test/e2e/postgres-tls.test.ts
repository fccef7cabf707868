import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createBroker } from '@snowfence/broker'
import { SnowfenceError } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Postgres, startPostgres } from '../../packages/broker/src/test-support/start-postgres.ts'
import {
  startTestBroker,
  TEST_KEY,
  type TestBroker,
} from '../../packages/broker/src/test-support/start-test-broker.ts'
import { createPrivateAuthority } from './private-authority.ts'

// The way from the broker to PostgreSQL over TLS, as `databaseUrl` configures it.

const authority = createPrivateAuthority('database authority')
const stranger = createPrivateAuthority('database authority')

let directory: string
const servers: Postgres[] = []
let broker: TestBroker
const start = async (tls?: { key: string; cert: string }): Promise<Postgres> => {
  const server = await startPostgres(tls === undefined ? {} : { tls })
  servers.push(server)
  return server
}
const urlWith = (address: string, parameters: Record<string, string>): string =>
  `${address}?${new URLSearchParams(parameters)}`

let server: Postgres
let address: string
let trusted: Record<string, string>
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snowfence-tls-'))
  await writeFile(join(directory, 'authority.pem'), authority.certificate)
  await writeFile(join(directory, 'stranger.pem'), stranger.certificate)
  trusted = { sslmode: 'verify-full', sslrootcert: join(directory, 'authority.pem') }
  server = await start(authority.issueFor())
  address = await server.createDatabase('broker')
  broker = await startTestBroker({
    config: { databaseUrl: urlWith(address, trusted), encryptionKey: TEST_KEY },
  })
})
afterAll(async () => {
  await broker.close()
  for (const each of servers) await each.close()
  await rm(directory, { recursive: true, force: true })
})

const refusalOf = async (databaseUrl: string): Promise<SnowfenceError> => {
  try {
    await (await createBroker({ ...broker.config, databaseUrl })).close()
  } catch (error) {
    if (error instanceof SnowfenceError) return error
    throw error
  }
  throw new Error('the broker started')
}

describe('a broker whose PostgreSQL has a certificate of a private authority', () => {
  test('serves, and each of its connections is encrypted', async () => {
    const session = await broker.openSession('agent')
    expect(session.sessionToken).toMatch(/^sfs_/)
    const connections = (await server.query(`
      select ssl, version from pg_stat_ssl join pg_stat_activity using (pid)
      where application_name = 'snowfence-broker'`)) as { ssl: boolean; version: string }[]
    // The pool, and the connection that listens for changes.
    expect(connections.length).toBeGreaterThanOrEqual(2)
    for (const { ssl, version } of connections)
      expect([ssl, version]).toEqual([true, expect.stringMatching(/^TLSv1\.[23]$/)])
  })

  test.each([
    ['without the authority', () => ({ sslmode: 'verify-full' })],
    ['with `require` and without the authority', () => ({ sslmode: 'require' })],
    [
      'with another authority of the same name',
      () => ({ sslmode: 'verify-full', sslrootcert: join(directory, 'stranger.pem') }),
    ],
  ])('does not start %s', async (_what, parameters) => {
    const refused = await refusalOf(urlWith(address, parameters()))
    expect(refused.code).toBe('ERR_BROKER_DATABASE_UNREACHABLE')
    expect(refused.message).toContain('refused the certificate of PostgreSQL')
    expect(refused.hint).toContain('sslrootcert')
  })

  test.each([
    ['for another name', () => authority.issueFor({ dns: 'elsewhere.example' })],
    ['that has expired', () => authority.issueFor({ expiresAt: new Date(Date.now() - 60_000) })],
  ])('does not start with a certificate %s', async (_what, issue) => {
    const other = await start(issue())
    const refused = await refusalOf(urlWith(await other.createDatabase('broker'), trusted))
    expect(refused.message).toContain('refused the certificate of PostgreSQL')
  })

  test('does not start without TLS when PostgreSQL asks for it', async () => {
    expect((await refusalOf(address)).code).toBe('ERR_BROKER_DATABASE_UNREACHABLE')
  })

  test('does not start in clear when PostgreSQL speaks no TLS', async () => {
    const plain = await start()
    const refused = await refusalOf(urlWith(await plain.createDatabase('broker'), trusted))
    expect(refused.message).toContain('asks for TLS')
  })

  test('names the file of the authority when it cannot be read', async () => {
    const absent = join(directory, 'absent.pem')
    const refused = await refusalOf(urlWith(address, { sslmode: 'verify-full', sslrootcert: absent }))
    expect(refused.code).toBe('ERR_BROKER_CONFIG_INVALID')
    expect(refused.message).toContain(absent)
  })
})
