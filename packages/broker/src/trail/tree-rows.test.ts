import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { describeTreeStore } from '../../../../test/contract/tree-store-contract.ts'
import { type Database, openDatabase } from '../database/open-database.ts'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import { createTreeStore } from './tree-rows.ts'

let directory: string
let embedded: Database
let shared: Database
let server: Postgres

beforeAll(async () => {
  server = await startPostgres()
  directory = await mkdtemp(join(tmpdir(), 'snowfence-trees-'))
  embedded = await openDatabase({ dataDir: directory })
  shared = await openDatabase({ databaseUrl: await server.createDatabase('trees') })
})
afterAll(async () => {
  await embedded.close()
  await shared.close()
  await server.close()
  await rm(directory, { recursive: true })
})

/** An empty tree in a database that is open already: each of the suite's stores begins with one. */
const openEmpty = async ({ tables }: Database) => {
  await tables.deleteFrom('tree_nodes').execute()
  await tables.updateTable('tree_head').set({ size: 0 }).execute()
  return {
    store: createTreeStore(tables),
    reopen: async () => createTreeStore(tables),
    close: async () => undefined,
  }
}

describeTreeStore('the embedded database', () => openEmpty(embedded))
describeTreeStore('PostgreSQL', () => openEmpty(shared))
