/**
 * `node --import snowfence/register program.mjs` governs a program that imports or requires snowflake-sdk, without a change
 * to its code: the name `snowflake-sdk` leads to a governed stand-in, for the program and for every library it loads.
 */
import { registerHooks } from 'node:module'
import { SnowfenceError } from '@snowfence/core'
import { readEnvironmentOptions } from './environment-options.ts'

// A program that cannot be governed does not start.
readEnvironmentOptions(process.env)

/** This package's own files import the real driver, and the driver its own. */
const ownRoot = new URL('..', import.meta.url).href
const isSource = import.meta.url.endsWith('.ts')
const standIn = {
  url: import.meta.resolve(isSource ? './governed-driver.ts' : './governed-driver.js'),
  format: isSource ? 'module-typescript' : 'module',
  shortCircuit: true,
}

const insideDriver = (url: string): boolean => /\/node_modules\/snowflake-sdk\//.test(url)

registerHooks({
  resolve: (specifier, context, nextResolve) => {
    const { parentURL } = context
    const isOurs = parentURL !== undefined && (parentURL.startsWith(ownRoot) || insideDriver(parentURL))
    if (isOurs) return nextResolve(specifier, context)
    if (specifier === 'snowflake-sdk') return standIn
    const resolved = nextResolve(specifier, context)
    if (!insideDriver(resolved.url)) return resolved
    if (resolved.url.endsWith('/snowflake-sdk/package.json')) return resolved
    if (resolved.url.endsWith('/snowflake-sdk/dist/index.js')) return standIn
    throw new SnowfenceError('ERR_MEMBER_REFUSED', {
      message: 'the inner files of snowflake-sdk cannot be loaded in a governed program',
      hint: 'import `snowflake-sdk` itself',
    })
  },
})
