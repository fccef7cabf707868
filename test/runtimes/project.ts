import { cp, mkdir, mkdtemp, readdir, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { installSdk } from './packed-sdk.ts'

/** A program's own project, with the packed SDK installed. */
export interface Project {
  readonly folder: string
  /** `node_modules` with the packages that the rows use. */
  readonly modules: string
}

const programs = path.join(import.meta.dirname, 'programs')
const testModules = path.join(import.meta.dirname, '..', 'node_modules')
const sdkModules = path.join(import.meta.dirname, '..', '..', 'packages', 'sdk', 'node_modules')
const rootModules = path.join(import.meta.dirname, '..', '..', 'node_modules')

/** Copies the programs into a folder. */
export const writePrograms = async (folder: string): Promise<void> =>
  await cp(programs, folder, { recursive: true })

const link = async (target: string, at: string): Promise<void> => {
  await mkdir(path.dirname(at), { recursive: true })
  await symlink(await realpath(target), at)
}

/** Every package of a `node_modules` folder, with scopes taken apart. */
const packagesOf = async (modules: string): Promise<readonly string[]> => {
  const names = (await readdir(modules)).filter((name) => !name.startsWith('.'))
  const scoped = names.filter((name) => name.startsWith('@'))
  const inner = await Promise.all(
    scoped.map(async (scope) => (await readdir(path.join(modules, scope))).map((name) => `${scope}/${name}`)),
  )
  return [...names.filter((name) => !name.startsWith('@')), ...inner.flat()]
}

/**
 * Makes a project of its own, which is removed in the end. The SDK is a copy; all other packages are those that the tests
 * have from npm.
 *
 * @param driver - the package that is installed as snowflake-sdk
 * @param driverModules - a `node_modules` folder of npm that has the driver, where the tests do not have it
 */
export const createProject = async (
  sdk: ReadonlyMap<string, Buffer>,
  driver = 'snowflake-sdk',
  driverModules?: string,
): Promise<Project & AsyncDisposable> => {
  const parent = driverModules === undefined ? tmpdir() : path.dirname(driverModules)
  const folder = await realpath(await mkdtemp(path.join(parent, 'snowfence-')))
  const modules = path.join(folder, 'node_modules')
  await writePrograms(folder)
  await installSdk(sdk, modules)
  const tools = (await packagesOf(testModules)).filter((name) => !/^(@snowfence\/|snow)/.test(name))
  for (const name of tools) await link(path.join(testModules, name), path.join(modules, name))
  await link(path.join(rootModules, '@types', 'node'), path.join(modules, '@types', 'node'))
  for (const name of ['@opentelemetry/api', 'generic-pool'])
    await link(path.join(sdkModules, name), path.join(modules, name))
  const installed = path.join(modules, 'snowflake-sdk')
  if (driverModules === undefined) await link(path.join(testModules, driver), installed)
  // By its own name and not by an alias, since its declarations name it. npm has its packages beside it or above.
  else await cp(path.join(driverModules, driver), installed, { recursive: true })
  await symlink(path.join(testModules, '.bin'), path.join(modules, '.bin'))
  return {
    folder,
    modules,
    [Symbol.asyncDispose]: async () => await rm(folder, { recursive: true, force: true }),
  }
}
