import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { libraryLine, pageFile } from '../runtimes/compatibility-page.ts'
import { libraries, runLibrary, withoutText } from './library-figures.ts'
import { type Compat, startCompat } from './start-compat.ts'

let compat: Compat
vi.setConfig({ testTimeout: 120_000 })
beforeAll(async () => {
  compat = await startCompat()
})
afterAll(async () => await compat?.close())

test.each(libraries)('$library does the same, unchanged, under snowfence/register', async (library) => {
  const { raw, governed, figures } = await runLibrary(compat, library)
  expect(figures.raw, JSON.stringify(raw)).toBeGreaterThanOrEqual(library.least)
  expect(governed.map(withoutText)).toEqual(raw.map(withoutText))
  expect(readFileSync(pageFile, 'utf8').split('\n'), 'docs/compatibility.md').toContain(libraryLine(figures))
})
