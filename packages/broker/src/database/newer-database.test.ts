import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import { openDatabase } from './open-database.ts'

let server: Postgres
beforeAll(async () => {
  server = await startPostgres()
})
afterAll(() => server.close())

it('a database that a newer version has changed is named as such, not as one that cannot be reached', async () => {
  const databaseUrl = await server.createDatabase('newer')
  await (await openDatabase({ databaseUrl })).close()
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(`insert into kysely_migration values ('9999-of-tomorrow', now()::text)`)
  await client.end()
  await expect(openDatabase({ databaseUrl })).rejects.toMatchObject({
    code: 'ERR_BROKER_DATA_CORRUPT',
    message: expect.stringContaining('9999-of-tomorrow'),
    hint: expect.stringContaining('newer'),
  })
})
