import { SnowfenceError } from '@snowfence/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBroker } from '../create-broker.ts'
import { noteStatement } from '../test-support/clinic.ts'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import { startTestBroker, statementOf, TEST_KEY } from '../test-support/start-test-broker.ts'
import { brokerObjects, neededPrivileges } from './missing-privilege.ts'
import { openDatabase } from './open-database.ts'

const PASSWORD = 'a-password-of-the-role'

let server: Postgres
let count = 0
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.close())

/** A database and a role with the right to connect to it, and no other. */
const makeDatabase = async () => {
  count += 1
  const [database, role] = [`privileges_${count}`, `broker "${count}"`]
  const asOwner = await server.createDatabase(database)
  const quoted = pg.escapeIdentifier(role)
  await server.query(`create role ${quoted} login password '${PASSWORD}'`)
  const address = new URL(asOwner)
  address.username = encodeURIComponent(role)
  address.password = PASSWORD
  const admin = async (...statements: string[]): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: asOwner })
    await client.connect()
    let rows: unknown[] = []
    for (const statement of statements) rows = (await client.query(statement)).rows
    await client.end()
    return rows
  }
  return { database, role: quoted, asOwner, asRole: address.href, admin }
}

const refusalOf = async (databaseUrl: string): Promise<SnowfenceError> => {
  try {
    await (await openDatabase({ databaseUrl })).close()
  } catch (error) {
    if (error instanceof SnowfenceError) {
      expect(error.retryable).toBe(false)
      expect(`${error.stack} ${JSON.stringify(error)} ${String(error.cause)}`).not.toContain(PASSWORD)
      return error
    }
    throw error
  }
  throw new Error('the database was opened')
}

/** What the refusal says to run lets the broker in. */
const followHint = async (
  { asRole, admin }: Awaited<ReturnType<typeof makeDatabase>>,
  refused: SnowfenceError,
): Promise<void> => {
  const { statements } = refused.details as { statements: string[] }
  for (const statement of statements) expect(refused.hint).toContain(statement)
  await admin(...statements)
  await (await openDatabase({ databaseUrl: asRole })).close()
}

describe('a role of PostgreSQL', () => {
  it('needs CREATE on the schema, and is told so with the statement that grants it', async () => {
    const given = await makeDatabase()
    const refused = await refusalOf(given.asRole)
    expect(refused.code).toBe('ERR_BROKER_DATABASE_PRIVILEGE')
    expect(refused.message).toContain(`${given.role} has no CREATE privilege on the schema public`)
    await followHint(given, refused)
  })

  it('needs USAGE on the schema, too', async () => {
    const given = await makeDatabase()
    await given.admin('revoke all on schema public from public')
    const refused = await refusalOf(given.asRole)
    expect(refused.code).toBe('ERR_BROKER_DATABASE_PRIVILEGE')
    await followHint(given, refused)
  })

  it('needs CONNECT on the database', async () => {
    const given = await makeDatabase()
    await given.admin(
      `revoke connect on database ${given.database} from public`,
      `grant usage, create on schema public to ${given.role}`,
    )
    const refused = await refusalOf(given.asRole)
    expect(refused.message).toContain(`has no CONNECT privilege on the database "${given.database}"`)
    await followHint(given, refused)
  })

  it('needs to own what another role made, when this version changes it', async () => {
    const given = await makeDatabase()
    await (await openDatabase({ databaseUrl: given.asOwner })).close()
    // As an earlier version left it, migrated by another role.
    await given.admin(
      `delete from kysely_migration where name >= '0013'`,
      'alter table sessions drop column sealed_end_reason, drop column sealed_agent',
      `grant usage, create on schema public to ${given.role}`,
      `grant all on all tables in schema public to ${given.role}`,
    )
    const refused = await refusalOf(given.asRole)
    expect(refused.code).toBe('ERR_BROKER_DATABASE_PRIVILEGE')
    expect(refused.message).toContain('does not own')
    expect(refused.hint).toContain(`ALTER TABLE sessions OWNER TO ${given.role}`)
    expect(refused.hint).toContain('ALTER FUNCTION seal_at_edge(')
  })

  it('of a broker that does not migrate needs to read and write the tables, and no more', async () => {
    const given = await makeDatabase()
    await (await openDatabase({ databaseUrl: given.asOwner })).close()
    const test = await startTestBroker({ config: { databaseUrl: given.asOwner, encryptionKey: TEST_KEY } })
    try {
      const start = () => createBroker({ ...test.config, databaseUrl: given.asRole })
      await given.admin(`grant select on kysely_migration, kysely_migration_lock to ${given.role}`)
      await expect(start()).rejects.toMatchObject({ code: 'ERR_BROKER_DATABASE_PRIVILEGE' })
      await given.admin(
        `grant select, insert, update, delete on all tables in schema public to ${given.role}`,
      )
      const next = await test.another({ databaseUrl: given.asRole })
      const session = await next.openSession('agent')
      expect(
        (await next.send('DELETE', `/v1/sessions/${session.sessionId}`, session.sessionToken)).status,
      ).toBe(204)
      await next.close()
    } finally {
      await test.close()
    }
  })

  it('needs no more than is asked for, to serve', async () => {
    const given = await makeDatabase()
    const test = await startTestBroker({ config: { databaseUrl: given.asOwner, encryptionKey: TEST_KEY } })
    const next = async () => test.another({ databaseUrl: given.asRole })
    try {
      await test.openSession('agent')
      for (const [table, privileges] of Object.entries(neededPrivileges))
        await given.admin(`grant ${privileges.join(', ')} on ${table} to ${given.role}`)
      const served = await next()
      const session = await served.openSession('agent')
      expect((await served.renew('agent', session)).status).toBe(200)
      const asked = await served.ask(session, statementOf(noteStatement))
      expect((await served.decide('reviewer', asked.body)).status).toBe(200)
      const { id, digest } = asked.body
      const claimed = await served.send('POST', `/v1/approvals/${id}/claim`, session.sessionToken, { digest })
      expect(claimed.status).toBe(200)
      const operator = await served.issuer.token('operator')
      const revoked = { issuer: served.issuer.url, subject: 'nobody', reason: 'a drill' }
      for (const [path, body] of [
        ['principals/revoke', revoked],
        ['principals/restore', revoked],
        [`sessions/${session.sessionId}/revoke`, { reason: 'a drill' }],
      ] as const)
        expect((await served.send('POST', `/v1/${path}`, operator, body)).status, path).toBeLessThan(300)
      await served.close()
    } finally {
      await test.close()
    }
  })

  it('lacks any one of them: a start names it with the statement that grants it', async () => {
    const given = await makeDatabase()
    await (await openDatabase({ databaseUrl: given.asOwner })).close()
    for (const [table, privileges] of Object.entries(neededPrivileges)) {
      for (const privilege of privileges) {
        await given.admin(
          `grant select, insert, update, delete on all tables in schema public to ${given.role}`,
          `revoke ${privilege} on ${table} from ${given.role}`,
        )
        const refused = await refusalOf(given.asRole)
        expect(refused.code).toBe('ERR_BROKER_DATABASE_PRIVILEGE')
        expect(refused.message).toContain(`no ${privilege} privilege on the table ${table}`)
        await followHint(given, refused)
      }
    }
    await given.admin('revoke execute on function append_records(json) from public')
    const refused = await refusalOf(given.asRole)
    expect(refused.message).toContain('no EXECUTE privilege on the function append_records(json)')
    await followHint(given, refused)
    await given.admin('revoke all on schema public from public')
    const hidden = await refusalOf(given.asRole)
    expect(hidden.hint).toContain(`GRANT USAGE ON SCHEMA public TO ${given.role}`)
    await followHint(given, hidden)
  }, 120_000)

  it('loses one while the broker runs: the log says so, and a client learns no name', async () => {
    const given = await makeDatabase()
    const test = await startTestBroker({ config: { databaseUrl: given.asOwner, encryptionKey: TEST_KEY } })
    const database = await (async () => {
      await given.admin(
        `grant select, insert, update, delete on all tables in schema public to ${given.role}`,
      )
      return openDatabase({ databaseUrl: given.asRole })
    })()
    const served = await test.another({ databaseUrl: given.asRole })
    try {
      await given.admin(`revoke insert on leases from ${given.role}`)
      await expect(database.tables.insertInto('leases').defaultValues().execute()).rejects.toMatchObject({
        code: 'ERR_BROKER_DATABASE_PRIVILEGE',
        hint: expect.stringContaining(`GRANT INSERT ON TABLE leases TO ${given.role}`),
      })
      const answer = await served.send('POST', '/v1/sessions', await test.issuer.token('agent'), {
        purpose: 'HOPERAT',
        agent: { id: 'readmissions-bot' },
        client: { name: 'test', version: '0' },
        snowflake: { account: 'acme-clinic' },
      })
      expect(answer).toMatchObject({
        status: 500,
        body: { error: { code: 'ERR_BROKER_DATABASE_PRIVILEGE' } },
      })
      expect(JSON.stringify(answer.body)).not.toMatch(/GRANT|leases/)
    } finally {
      await served.close()
      await database.close()
      await test.close()
    }
  })

  it('is not told what a trigger of somebody else says, which may hold values', async () => {
    const given = await makeDatabase()
    const test = await startTestBroker({ config: { databaseUrl: given.asOwner, encryptionKey: TEST_KEY } })
    try {
      for (const [code, table] of [
        ['42501', 'leases'],
        ['XX001', 'records'],
      ]) {
        await given.admin(
          `create function refuse() returns trigger language plpgsql as $$
            begin raise exception 'permission denied for table %', new using errcode = '${code}'; end $$`,
          `create trigger refuse before insert on ${table} for each row execute function refuse()`,
        )
        const answer = await test.send('POST', '/v1/sessions', await test.issuer.token('agent'), {
          purpose: 'HOPERAT',
          agent: { id: 'readmissions-bot' },
          client: { name: 'test', version: '0' },
          snowflake: { account: 'acme-clinic' },
        })
        expect(answer.status).toBeGreaterThanOrEqual(500)
        expect(JSON.stringify(answer.body)).not.toMatch(/permission denied|CLINIC_AGENT/)
        await given.admin('drop function refuse() cascade')
      }
    } finally {
      await test.close()
    }
  })

  it('that owns the database needs nothing else', async () => {
    const given = await makeDatabase()
    await given.admin(`alter database ${given.database} owner to ${given.role}`)
    await (await openDatabase({ databaseUrl: given.asRole })).close()
  })
})

describe('a database', () => {
  it('with a table of somebody else under a name of the broker’s is named as such', async () => {
    const given = await makeDatabase()
    await given.admin('create table approvals (id int)')
    const refused = await refusalOf(given.asOwner)
    expect(refused.code).toBe('ERR_BROKER_DATA_CORRUPT')
    expect(refused.message).toContain('42P07')
  })

  it('holds the tables and functions whose owner is asked for, and no others', async () => {
    const given = await makeDatabase()
    await (await openDatabase({ databaseUrl: given.asOwner })).close()
    const names = async (sqlText: string) =>
      ((await given.admin(sqlText)) as { name: string }[]).map(({ name }) => name)
    expect(
      await names(`select relname as name from pg_class where relnamespace = 'public'::regnamespace
        and relkind in ('r', 'p', 'S') order by relname`),
    ).toEqual([...brokerObjects.tables])
    expect(
      await names(`select distinct proname as name from pg_proc
        where pronamespace = 'public'::regnamespace order by proname`),
    ).toEqual([...brokerObjects.functions])
  })
})
