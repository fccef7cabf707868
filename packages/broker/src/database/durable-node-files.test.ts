import fs from 'node:fs'
import { cp, mkdtemp, readdir, rm, utimes } from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type Database, openDatabase } from './open-database.ts'

const LONG_AGO = new Date('2020-01-02T03:04:05Z')

// The paths come from Linux's table of open files.
describe.skipIf(process.platform !== 'linux')(
  'the files of the embedded database',
  { timeout: 120_000 },
  () => {
    let dataDir: string
    beforeAll(async () => {
      dataDir = await mkdtemp(join(tmpdir(), 'snowfence-files-'))
    })
    afterAll(() => rm(dataDir, { recursive: true }))

    /** Files that were synced through the synchronous call: those of PostgreSQL. */
    let synced: string[]
    const { fsyncSync } = fs
    beforeEach(() => {
      synced = []
      fs.fsyncSync = (descriptor) => {
        synced.push(relative(dataDir, fs.readlinkSync(`/proc/self/fd/${descriptor}`)))
        fsyncSync(descriptor)
      }
      syncBuiltinESMExports()
    })
    afterEach(() => {
      fs.fsyncSync = fsyncSync
      syncBuiltinESMExports()
    })

    const pathOf = async ({ tables }: Database, table: string): Promise<string> => {
      const { rows } = await sql<{ path: string }>`select pg_relation_filepath(${table}) as path`.execute(
        tables,
      )
      return `database/${rows[0]?.path}`
    }
    const fill = ({ tables }: Database) =>
      sql`insert into sample select g, repeat('x', 100) from generate_series(1, 1000) as g`.execute(tables)

    it('are on the disk when a commit or a checkpoint says so, also the ones of an earlier run', async () => {
      let database = await openDatabase({ dataDir })
      await sql`create table sample (id integer, text text)`.execute(database.tables)
      for (let run = 0; run < 2; run += 1) {
        synced = []
        await fill(database)
        expect(synced.some((path) => path.startsWith('database/pg_wal/'))).toBe(true)
        synced = []
        await sql`checkpoint`.execute(database.tables)
        expect(synced).toContain(await pathOf(database, 'sample'))
        await database.close()
        database = await openDatabase({ dataDir })
      }
      await database.close()
    })

    it('of a process that was killed are synced together, and not one after the other by PostgreSQL', async () => {
      const killed = join(dataDir, 'killed')
      const running = await openDatabase({ dataDir: join(dataDir, 'running') })
      await sql`create table sample (id integer, text text)`.execute(running.tables)
      await fill(running)
      // The files as they are at this moment are those of a process that was killed now.
      await cp(join(dataDir, 'running', 'database'), join(killed, 'database'), { recursive: true })
      const copies = await readdir(killed, { recursive: true, withFileTypes: true })
      const files = copies
        .filter((copy) => copy.isFile())
        .map(({ parentPath, name }) => join(parentPath, name))
      for (const file of files) await utimes(file, LONG_AGO, LONG_AGO)
      await running.close()
      synced = []
      const database = await openDatabase({ dataDir: killed })
      const old = files.filter((file) => fs.existsSync(file) && fs.statSync(file).mtime <= LONG_AGO)
      expect(old.length).toBeGreaterThan(100)
      const syncedPaths = new Set(synced.map((path) => join(dataDir, path)))
      expect(old.filter((file) => syncedPaths.has(file))).toEqual([])
      expect(files.filter((file) => syncedPaths.has(file)).length).toBeGreaterThan(0)
      const { rows } = await sql`select id from sample`.execute(database.tables)
      expect(rows.length).toBe(1000)
      await database.close()
    })
  },
)
