import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { SnowfenceError } from '@snowfence/core'
import { Kysely, PGliteDialect, PostgresDialect } from 'kysely'
import pg from 'pg'
import { DurableNodeFiles, durableStartParameters } from './durable-node-files.ts'
import { readEmptyDatabase } from './empty-database.ts'
import { lockDataDirectory } from './lock-data-directory.ts'
import { migrate } from './migrate.ts'
import type { Tables } from './tables.ts'

export interface DatabaseLocation {
  /** Directory of the embedded database. Without it and without an address, everything is in memory. */
  readonly dataDir?: string | undefined
  /** `postgres://…`: PostgreSQL instead of the embedded database. */
  readonly databaseUrl?: string | undefined
}

export interface Database {
  readonly tables: Kysely<Tables>
  /** Whether this broker is the only one that can have the database open. */
  readonly exclusive: boolean
  /** Where audit records wait on the disk for the database; null when they go to the database at once. */
  readonly journalFile: string | null
  close(): Promise<void>
}

const corrupt = (directory: string, cause: unknown): SnowfenceError =>
  new SnowfenceError('ERR_BROKER_DATA_CORRUPT', {
    message: `the embedded database in \`${directory}\` could not be opened`,
    cause,
  })

/** What a database that does not exist yet begins with. */
const startFiles = async (): Promise<{ loadDataDir?: Blob }> => {
  const files = await readEmptyDatabase()
  return files === null ? {} : { loadDataDir: files }
}

const openEmbedded = async (dataDir: string | undefined): Promise<Database> => {
  if (dataDir === undefined) {
    const pglite = await PGlite.create(await startFiles())
    const tables = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) })
    await migrate(tables)
    return { tables, exclusive: true, journalFile: null, close: () => tables.destroy() }
  }
  const unlock = lockDataDirectory(dataDir)
  const directory = join(dataDir, 'database')
  let tables: Kysely<Tables> | undefined
  try {
    // PGlite would lay a fresh database over files that it does not recognise.
    if (existsSync(directory) && !existsSync(join(directory, 'PG_VERSION'))) {
      throw corrupt(directory, new Error('the directory exists but holds no database'))
    }
    const pglite = await PGlite.create({
      ...(existsSync(directory) ? {} : await startFiles()),
      fs: new DurableNodeFiles(directory),
      startParams: [...durableStartParameters],
    })
    tables = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) })
    await migrate(tables)
  } catch (error) {
    await tables?.destroy().catch(() => undefined)
    unlock()
    throw error instanceof SnowfenceError ? error : corrupt(directory, error)
  }
  const opened = tables
  return {
    tables: opened,
    exclusive: true,
    journalFile: join(dataDir, 'audit-journal.jsonl'),
    close: async () => {
      try {
        await opened.destroy()
      } finally {
        unlock()
      }
    },
  }
}

const openPostgres = async (databaseUrl: string): Promise<Database> => {
  const pool = new pg.Pool({ connectionString: databaseUrl, connectionTimeoutMillis: 5000, max: 10 })
  // An idle connection that the server closes is replaced at the next use; without a listener it would end the process.
  pool.on('error', () => undefined)
  const tables = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
  try {
    await migrate(tables)
  } catch (error) {
    await tables.destroy().catch(() => undefined)
    throw new SnowfenceError('ERR_BROKER_DATABASE_UNREACHABLE', { cause: error })
  }
  return { tables, exclusive: false, journalFile: null, close: () => tables.destroy() }
}

/**
 * Opens the broker's database and brings it to the present schema: PostgreSQL when there is an address, else the
 * embedded PGlite in a directory or in memory. Both speak one dialect and run one set of migrations.
 *
 * @throws SnowfenceError `ERR_BROKER_DATA_CORRUPT`, `ERR_BROKER_DATA_IN_USE`, `ERR_BROKER_DATABASE_UNREACHABLE`
 */
export const openDatabase = (location: DatabaseLocation): Promise<Database> =>
  location.databaseUrl === undefined ? openEmbedded(location.dataDir) : openPostgres(location.databaseUrl)
