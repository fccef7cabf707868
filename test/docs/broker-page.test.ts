import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { loadBrokerConfig } from '@snowfence/broker'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startPostgres } from '../../packages/broker/src/test-support/start-postgres.ts'
import { startTestBroker, TEST_KEY } from '../../packages/broker/src/test-support/start-test-broker.ts'

const root = path.resolve(import.meta.dirname, '../..')
const page = await readFile(path.join(root, 'docs/broker.md'), 'utf8')
const [ownerSql = '', servingSql = ''] = [...page.matchAll(/```sql\n([\s\S]*?)```/g)].map(([, text]) => text)
const [configuration = '', limits = ''] = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(
  ([, text]) => text,
)

describe('docs/broker.md', () => {
  let folder = ''
  const load = async (text: string) => {
    const file = path.join(folder, 'broker.yaml')
    await writeFile(file, text)
    return loadBrokerConfig(file, {})
  }

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'snowfence-broker-page-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))

  it('shows a configuration that loads, with its limits', async () => {
    const shown = await load(`${configuration}\n${limits}`)
    expect(shown.snowflake.catalogue).toMatchObject({ kind: 'warehouse', accessUrl: expect.any(String) })
  })

  it('shows every limit, with its default', async () => {
    const withShown = await load(`${configuration}\n${limits}`)
    const withDefaults = await load(configuration)
    for (const name of Object.keys(withDefaults.limits)) expect(limits).toContain(`  ${name}: `)
    expect(withShown.limits).toEqual(withDefaults.limits)
  })

  it('names the version of PostgreSQL that the tests run', async () => {
    const server = await startPostgres()
    const embedded = await PGlite.create()
    try {
      const [row] = (await server.query('show server_version')) as { server_version: string }[]
      const { rows } = await embedded.query<{ version: string }>('select version()')
      const [, inside, wrapper] = /^PostgreSQL (\S+) \(PGlite (\S+)\)/.exec(rows[0]?.version ?? '') ?? []
      expect(page).toContain(`The tests run PostgreSQL ${row?.server_version}, and`)
      expect(page).toContain(`PGlite ${wrapper}, is PostgreSQL ${inside}.`)
    } finally {
      await embedded.close()
      await server.close()
    }
  })

  it('shows the statements that give a role of PostgreSQL all that the broker needs', async () => {
    const server = await startPostgres()
    const serve = async (role: string, password: string): Promise<void> => {
      const address = new URL(server.addressOf('snowfence'))
      Object.assign(address, { username: role, password })
      const broker = await startTestBroker({
        config: { databaseUrl: address.href, encryptionKey: TEST_KEY },
      })
      const { sessionId, sessionToken } = await broker.openSession('agent')
      expect((await broker.send('DELETE', `/v1/sessions/${sessionId}`, sessionToken)).status).toBe(204)
      await broker.close()
    }
    try {
      // A database is not made together with something else.
      for (const statement of ownerSql.trim().split('\n')) await server.query(statement)
      await serve('snowfence_broker', 'choose-one')
      const owner = new pg.Client({ connectionString: server.addressOf('snowfence') })
      await owner.connect()
      await owner.query(servingSql)
      await owner.end()
      await serve('snowfence_serving', 'choose-another')
    } finally {
      await server.close()
    }
  })

  it('names files to try it that exist, with a configuration that loads', async () => {
    const files = new Set(page.match(/examples\/broker\/[a-z]+\.(?:ts|yaml)/g))
    expect([...files].sort()).toEqual(['examples/broker/broker.yaml', 'examples/broker/clinic.ts'])
    const { issuers, snowflake } = await loadBrokerConfig(path.join(root, 'examples/broker/broker.yaml'), {})
    const clinic = await readFile(path.join(root, 'examples/broker/clinic.ts'), 'utf8')
    expect(clinic).toContain(`'${issuers[0]?.audience}'`)
    expect(clinic).toContain(`'${snowflake.accountUrl}'`)
    expect(clinic).toContain(`port: ${new URL(issuers[0]?.issuer ?? '').port},`)
  })
})
