import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { SnowfenceError } from '@snowfence/core'
import { Kysely, PGliteDialect } from 'kysely'
import { DurableNodeFiles, durableStartParameters } from './durable-node-files.ts'
import { readEmptyDatabase } from './empty-database.ts'
import { lockDataDirectory } from './lock-data-directory.ts'
import { migrate } from './migrate.ts'
import type { Database } from './open-database.ts'
import type { Tables } from './tables.ts'

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

/**
 * Opens PGlite in a directory, or in memory without one.
 *
 * @throws SnowfenceError `ERR_BROKER_DATA_CORRUPT`, `ERR_BROKER_DATA_IN_USE`
 */
export const openEmbedded = async (dataDir: string | undefined): Promise<Database> => {
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
