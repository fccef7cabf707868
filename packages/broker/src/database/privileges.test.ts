import { SnowfenceError } from '@snowfence/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createBroker } from '../create-broker.ts'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import { startTestBroker, TEST_KEY } from '../test-support/start-test-broker.ts'
import { brokerObjects } from './missing-privilege.ts'
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
        expect(JSON.stringify(answer.body)).toContain(code)
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
