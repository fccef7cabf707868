import type { LibraryFigures } from '../runtimes/compatibility-page.ts'
import type { Compat, Step } from './start-compat.ts'

interface Library {
  readonly library: string
  readonly packages: readonly string[]
  /** How many steps the local Snowflake runs at least for the driver itself. */
  readonly least: number
}

/** The libraries: their programs are `libraries/NAME.cjs`. */
export const libraries: readonly Library[] = [
  { library: 'sequelize', packages: ['sequelize'], least: 13 },
  { library: 'sequelize-7', packages: ['@sequelize/core', '@sequelize/snowflake'], least: 12 },
  { library: 'knex', packages: ['knex', 'knex-snowflake-dialect'], least: 13 },
  { library: 'cube', packages: ['@cubejs-backend/snowflake-driver'], least: 14 },
  { library: 'evidence', packages: ['@evidence-dev/snowflake'], least: 4 },
  { library: 'drizzle', packages: ['drizzle-orm', 'drizzle-snowflake'], least: 16 },
  { library: 'malloy', packages: ['@malloydata/db-snowflake'], least: 12 },
  { library: 'snowflake-promise', packages: ['snowflake-promise'], least: 6 },
]

const folder = new URL('..', import.meta.url).pathname

/** Code and SQLSTATE of a failure: governed texts say more. */
export const withoutText = ({ name, gave, failed }: Step) =>
  failed === undefined ? { name, gave } : { name, failed: failed.slice(0, 2) }

/** Runs a library's steps raw and governed. */
export const runLibrary = async (compat: Compat, { library, packages }: Library) => {
  const raw = await compat.run(library, 'driver', folder)
  const governed = await compat.run(library, 'governed', folder)
  const given = new Set(governed.map((step) => JSON.stringify(withoutText(step))))
  const passed = raw.filter(({ failed }) => failed === undefined)
  const same = passed.filter((step) => given.has(JSON.stringify(withoutText(step))))
  const figures: LibraryFigures = {
    library,
    packages,
    steps: raw.length,
    raw: passed.length,
    governed: same.length,
  }
  return { raw, governed, figures }
}
