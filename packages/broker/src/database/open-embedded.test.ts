import { chmod, mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDatabase } from './open-database.ts'

describe('the data directory', { timeout: 120_000 }, () => {
  let parent: string
  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'snowfence-directory-'))
  })
  afterAll(() => rm(parent, { recursive: true }))

  /** Files and directories that somebody else may read, enter or write. */
  const openToOthers = async (directory: string): Promise<string[]> => {
    const names = ['.', ...(await readdir(directory, { recursive: true }))]
    const modes = await Promise.all(names.map(async (name) => (await stat(join(directory, name))).mode))
    return names.filter((_, index) => ((modes[index] ?? 0) & 0o077) !== 0)
  }

  it.skipIf(process.platform === 'win32')(
    'and every file in it are the owner’s alone, whatever the umask and however it was made beforehand',
    async () => {
      const dataDir = join(parent, 'private')
      const before = process.umask(0)
      try {
        await mkdir(dataDir, { mode: 0o777 })
        await chmod(dataDir, 0o777)
        await writeFile(join(dataDir, 'left-by-an-earlier-version'), '', { mode: 0o666 })
        await (await openDatabase({ dataDir })).close()
        expect((await readdir(dataDir, { recursive: true })).length).toBeGreaterThan(300)
        expect(await openToOthers(dataDir)).toEqual([])
        await (await openDatabase({ dataDir })).close()
        expect(await openToOthers(dataDir)).toEqual([])
      } finally {
        process.umask(before)
      }
    },
  )

  it('is made again when its making was interrupted, and refused when files are missing from it', async () => {
    const dataDir = join(parent, 'half')
    await mkdir(join(dataDir, 'database', 'base'), { recursive: true, mode: 0o700 })
    await expect(openDatabase({ dataDir })).rejects.toMatchObject({ code: 'ERR_BROKER_DATA_CORRUPT' })
    await writeFile(join(dataDir, 'database.unfinished'), '')
    const database = await openDatabase({ dataDir })
    expect(await database.tables.selectFrom('records').select('name').execute()).toEqual([])
    await database.close()
    expect(await readdir(dataDir)).not.toContain('database.unfinished')
  })

  it('is refused when it is not a directory', async () => {
    const file = join(parent, 'file')
    await writeFile(file, '')
    await expect(openDatabase({ dataDir: file })).rejects.toMatchObject({
      code: 'ERR_BROKER_CONFIG_INVALID',
      hint: expect.stringContaining('directory'),
    })
  })
})
