import { existsSync, rmSync, statfsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { SnowfenceError } from '@snowfence/core'
import { type OwnerLock, PRIVATE_FILE, syncDirectory, syncFiles } from '@snowfence/core/files'
import { Kysely, PGliteDialect } from 'kysely'
import { assertDiskSpace } from './assert-disk-space.ts'
import { assertWritable } from './assert-writable.ts'
import { DurableNodeFiles, durableStartParameters } from './durable-node-files.ts'
import { readEmptyDatabase } from './empty-database.ts'
import { lockDataDirectory } from './lock-data-directory.ts'
import { migrate } from './migrate.ts'
import type { Database } from './open-database.ts'
import type { Tables } from './tables.ts'

/** Bytes. One segment of the write-ahead log, which PostgreSQL makes at once. */
const LEAST_SPACE = 16 * 1024 * 1024

/** PGlite reports a disk that is full in many ways, so the file system is asked. */
const isDiskFull = (directory: string): boolean => {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize < LEAST_SPACE
  } catch {
    return false
  }
}

const corrupt = (dataDir: string, cause: unknown): SnowfenceError =>
  isDiskFull(dataDir)
    ? new SnowfenceError('ERR_BROKER_DATA_CORRUPT', {
        message: `the disk of \`${dataDir}\` is full, so the embedded database could not be opened`,
        hint: 'free space on the disk and start the broker again: it takes up what is in the directory',
        cause,
      })
    : new SnowfenceError('ERR_BROKER_DATA_CORRUPT', {
        message: `the embedded database in \`${join(dataDir, 'database')}\` could not be opened`,
        cause,
      })

/** What a database that does not exist yet begins with. */
const startFiles = async (): Promise<{ loadDataDir?: Blob }> => {
  const files = await readEmptyDatabase()
  return files === null ? {} : { loadDataDir: files }
}

const openInMemory = async (): Promise<Database> => {
  const pglite = await PGlite.create(await startFiles())
  const tables = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) })
  await migrate(tables)
  return {
    tables,
    exclusive: true,
    followChanges: null,
    journalFile: null,
    assertReady: () => assertWritable(tables),
    close: () => tables.destroy(),
  }
}

/**
 * Opens the database's directory, and makes the database if there is none.
 *
 * A marker file stands beside the directory while a new database is made. It is removed before anything is stored in the
 * database for somebody, so a directory with the marker holds nothing and is made again.
 */
const openDirectory = async (dataDir: string, owner: OwnerLock): Promise<Kysely<Tables>> => {
  const directory = join(dataDir, 'database')
  const marker = join(dataDir, 'database.unfinished')
  if (existsSync(marker)) rmSync(directory, { recursive: true, force: true })
  const isNew = !existsSync(directory)
  if (isNew) {
    writeFileSync(marker, '', { mode: PRIVATE_FILE })
    syncDirectory(dataDir)
  } else if (!existsSync(join(directory, 'PG_VERSION'))) {
    // PGlite would lay a fresh database over files that it does not recognise.
    throw new Error('the directory exists but holds no database')
  } else {
    // A process that was killed leaves writes that only the operating system knows of.
    await syncFiles(directory)
  }
  let tables: Kysely<Tables> | undefined
  try {
    const pglite = await PGlite.create({
      ...(isNew ? await startFiles() : {}),
      fs: new DurableNodeFiles(directory, { isOwned: owner.isHeld }),
      startParams: [...durableStartParameters],
    })
    tables = new Kysely<Tables>({ dialect: new PGliteDialect({ pglite }) })
    await migrate(tables)
    if (isNew) {
      // PostgreSQL did not write the files that the database begins with, so it does not sync them.
      await syncFiles(directory)
      rmSync(marker, { force: true })
      syncDirectory(dataDir)
    }
    return tables
  } catch (error) {
    await tables?.destroy().catch(() => undefined)
    throw error
  }
}

/**
 * Opens PGlite in a directory, or in memory without one.
 *
 * @throws SnowfenceError `ERR_BROKER_DATA_CORRUPT`, `ERR_BROKER_DATA_IN_USE`
 */
export const openEmbedded = async (dataDir: string | undefined): Promise<Database> => {
  if (dataDir === undefined) return openInMemory()
  const owner = lockDataDirectory(dataDir)
  try {
    const tables = await openDirectory(dataDir, owner)
    return {
      tables,
      exclusive: true,
      followChanges: null,
      journalFile: join(dataDir, 'audit-journal.jsonl'),
      isOwned: owner.isHeld,
      async assertReady() {
        await assertWritable(tables)
        assertDiskSpace(dataDir)
      },
      close: async () => {
        try {
          await tables.destroy()
        } finally {
          owner.release()
        }
      },
    }
  } catch (error) {
    owner.release()
    throw error instanceof SnowfenceError ? error : corrupt(dataDir, error)
  }
}
