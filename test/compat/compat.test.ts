import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type Compat, type Step, startCompat } from './start-compat.ts'

const folder = new URL('..', import.meta.url).pathname

/** The libraries, and how many of their steps the local Snowflake runs for the driver itself. */
const libraries = [
  ['sequelize', 13],
  ['sequelize-7', 12],
  ['knex', 13],
  ['cube', 14],
  ['evidence', 4],
  ['snowflake-promise', 6],
] as const

let compat: Compat
vi.setConfig({ testTimeout: 120_000 })
beforeAll(async () => {
  compat = await startCompat()
})
afterAll(async () => await compat?.close())

const passed = (steps: readonly Step[]): readonly Step[] => steps.filter(({ failed }) => failed === undefined)
/** Code and SQLSTATE of a failure: governed texts say more. */
const withoutText = ({ name, gave, failed }: Step) =>
  failed === undefined ? { name, gave } : { name, failed: failed.slice(0, 2) }

test.each(libraries)('%s does the same, unchanged, under snowfence/register', async (library, least) => {
  const raw = await compat.run(library, 'driver', folder)
  expect(passed(raw).length, JSON.stringify(raw)).toBeGreaterThanOrEqual(least)
  const governed = await compat.run(library, 'governed', folder)
  expect(governed.map(withoutText)).toEqual(raw.map(withoutText))
})
