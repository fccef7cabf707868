import module, { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { SnowfenceError } from '@snowfence/core/errors'
import { driverPackageOf } from './driver-packages.ts'

/** @throws SnowfenceError ERR_GUARD_UNAVAILABLE when a copy of the driver was loaded before */
export const refuseLoadedDriver = (): void => {
  const loaded = Object.keys(createRequire(import.meta.url).cache).find(
    (file) => driverPackageOf(file) !== null,
  )
  if (loaded === undefined) return
  throw new SnowfenceError('ERR_GUARD_UNAVAILABLE', {
    message: `snowflake-sdk was loaded before snowfence/register (\`${loaded}\`), so the program does not start`,
    hint: 'start the program with `node --import snowfence/register`, before every other --import and --require',
  })
}

/**
 * Has the driver's name, its aliases and its paths lead to a governed stand-in, for the program and every library that it
 * loads by Node's own loaders.
 *
 * @param registerUrl - the address of `register`, beside which the stand-in is
 */
export const leadToGovernedDriver = (registerUrl: string): void => {
  /** This package's own files import the real driver, and the driver its own. */
  const ownFolder = new URL('..', registerUrl).href
  const isSource = registerUrl.endsWith('.ts')
  const standIn = {
    url: new URL(isSource ? './governed-driver.ts' : './governed-driver.cjs', registerUrl).href,
    format: isSource ? 'module-typescript' : 'commonjs',
    shortCircuit: true,
  }
  module.registerHooks({
    resolve: (specifier, context, nextResolve) => {
      const { parentURL } = context
      const isOurs =
        parentURL !== undefined && (parentURL.startsWith(ownFolder) || driverPackageOf(parentURL) !== null)
      if (isOurs) return nextResolve(specifier, context)
      if (specifier === 'snowflake-sdk') return standIn
      const resolved = nextResolve(specifier, context)
      const driver = driverPackageOf(resolved.url)
      if (driver === null) return resolved
      const file = fileURLToPath(resolved.url)
      if (file === path.join(driver.folder, 'package.json')) return resolved
      if (file === driver.main) return standIn
      throw new SnowfenceError('ERR_MEMBER_REFUSED', {
        message: `the inner files of snowflake-sdk cannot be loaded in a governed program (\`${file}\`)`,
        hint: 'import `snowflake-sdk` itself',
      })
    },
  })
}
