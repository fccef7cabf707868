// The long form of the matrix: every row, or those whose name or packages contain a word.
// node --conditions=snowfence-source test/runtimes/main.ts [--write | WORD ...]
import { execFile } from 'node:child_process'
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { libraries, runLibrary } from '../compat/library-figures.ts'
import { startCompat } from '../compat/start-compat.ts'
import { libraryLine, pageFile, renderPage } from './compatibility-page.ts'
import { installSdk, packSdk } from './packed-sdk.ts'
import { isHeavy } from './pinned-versions.ts'
import { createProject, type Project, writePrograms } from './project.ts'
import type { Row } from './row.ts'
import { rows } from './rows.ts'
import { expectedResult, runRow } from './run-row.ts'
import { startRuntimes } from './start-runtimes.ts'

const words = process.argv.slice(2).filter((word) => word !== '--write')
const isWriting = process.argv.includes('--write')
if (isWriting && words.length > 0) throw new Error('the page is written from every row: leave the words out')

/** Installs the packages of `heavy/package.json` with npm, once, and the SDK beside them. */
const createHeavyProject = async (sdk: ReadonlyMap<string, Buffer>): Promise<Project> => {
  const folder = path.join(import.meta.dirname, '..', '..', '.snowfence', 'runtimes')
  const modules = path.join(folder, 'node_modules')
  await mkdir(folder, { recursive: true })
  await rm(path.join(modules, 'snowfence'), { recursive: true, force: true })
  await copyFile(path.join(import.meta.dirname, 'heavy', 'package.json'), path.join(folder, 'package.json'))
  await promisify(execFile)('npm', ['install', '--no-audit', '--no-fund', '--no-package-lock'], {
    cwd: folder,
  })
  const program = path.join(folder, 'programs')
  await rm(program, { recursive: true, force: true })
  await writePrograms(program)
  await installSdk(sdk, modules)
  return { folder: program, modules }
}

const sdk = await packSdk()
await using runtimes = await startRuntimes()
const chosen = rows.filter(({ name, packages }) =>
  words.every((word) => `${name} ${packages.join(' ')}`.includes(word)),
)
const heavy = chosen.some(({ isLong }) => isLong) ? await createHeavyProject(sdk) : null

const runIn = async (row: Row): Promise<unknown> => {
  const isInHeavy = row.driver === undefined && row.packages.some(isHeavy)
  if (heavy && isInHeavy) return await runRow(row, heavy, runtimes.variables)
  await using project = await createProject(
    sdk,
    row.driver,
    isHeavy(row.driver ?? 'snowflake-sdk') ? heavy?.modules : undefined,
  )
  return await runRow(row, project, runtimes.variables)
}

let failed = 0
for (const row of chosen) {
  const started = performance.now()
  const result = await runIn(row).catch((error: unknown) => ({ error: String(error) }))
  const isGood = JSON.stringify(result) === JSON.stringify(expectedResult(row))
  if (!isGood) failed += 1
  const seconds = Math.round((performance.now() - started) / 1000)
  console.log(`${isGood ? 'works' : 'FAILS'}  ${row.name} (${row.packages.join(', ')}), ${seconds} s`)
  if (!isGood) console.log(JSON.stringify(result, null, 2))
}
if (failed > 0) process.exitCode = 1
else if (isWriting) {
  const compat = await startCompat()
  const lines: string[] = []
  for (const library of libraries) lines.push(libraryLine((await runLibrary(compat, library)).figures))
  await compat.close()
  await writeFile(pageFile, renderPage(rows, lines))
}
