import { existsSync } from 'node:fs'
import { cp, mkdir, readFile, rename, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PGlite } from '@electric-sql/pglite'

const packageFolder = fileURLToPath(new URL('../..', import.meta.url))

const pgliteVersion = async (): Promise<string> => {
  const entry = createRequire(import.meta.url).resolve('@electric-sql/pglite')
  const text = await readFile(join(dirname(entry), '..', 'package.json'), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}

/** An empty embedded database as PGlite makes it, made once for each version of PGlite. */
const template = async (): Promise<string> => {
  const folder = join(packageFolder, 'node_modules', '.cache', 'snowfence')
  const finished = join(folder, `pglite-${await pgliteVersion()}`)
  if (existsSync(finished)) return finished
  await mkdir(folder, { recursive: true })
  const unfinished = `${finished}-${process.pid}`
  await (await PGlite.create({ dataDir: unfinished })).close()
  // Another worker may have been faster: its template is as good.
  await rename(unfinished, finished).catch(() => rm(unfinished, { recursive: true, force: true }))
  return finished
}

/**
 * Puts an empty database into a broker's data directory, as its first start would. That costs seconds of computing,
 * and a copy a fraction of one.
 */
export const copyEmbeddedDatabase = async (dataDir: string): Promise<void> => {
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await cp(await template(), join(dataDir, 'database'), { recursive: true })
}
