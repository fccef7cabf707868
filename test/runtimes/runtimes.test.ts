import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { libraryLinesOf, pageFile, renderPage } from './compatibility-page.ts'
import { packSdk } from './packed-sdk.ts'
import { createProject, type Project } from './project.ts'
import type { Row } from './row.ts'
import { rows } from './rows.ts'
import { expectedResult, runRow } from './run-row.ts'
import { type Runtimes, startRuntimes } from './start-runtimes.ts'

// The short form of the matrix. The long form is `main.ts`.

vi.setConfig({ testTimeout: 120_000, hookTimeout: 240_000 })

let runtimes: Runtimes
let sdk: ReadonlyMap<string, Buffer>
const projects = new Map<string, Project & AsyncDisposable>()

beforeAll(async () => {
  sdk = await packSdk()
  runtimes = await startRuntimes()
})
afterAll(async () => {
  for (const project of projects.values()) await project[Symbol.asyncDispose]()
  await runtimes?.[Symbol.asyncDispose]()
})

const projectFor = async ({ driver = 'snowflake-sdk' }: Row): Promise<Project> => {
  const project = projects.get(driver) ?? (await createProject(sdk, driver))
  projects.set(driver, project)
  return project
}

const short = rows.filter(({ isLong }) => !isLong)

test.each(short.map((row) => [`${row.group}: ${row.name} (${row.packages.join(', ')})`, row] as const))(
  '%s',
  async (_name, row) => {
    expect(await runRow(row, await projectFor(row), runtimes.variables)).toEqual(expectedResult(row))
  },
)

test('docs/compatibility.md lists exactly the rows, with the versions that are pinned', () => {
  const page = readFileSync(pageFile, 'utf8')
  expect(page).toBe(renderPage(rows, libraryLinesOf(page)))
})
