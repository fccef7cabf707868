import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

/** Packages that the driver has loaded in a process of its own, after a connection was made. */
const loadedPackages = async (isWhole: boolean): Promise<readonly string[]> => {
  const program = `
    import { createRequire } from 'node:module'
    import { loadDriver } from ${JSON.stringify(new URL('./snowflake-driver.ts', import.meta.url).href)}
    loadDriver({ isWhole: ${isWhole} }).createConnection({ account: 'a', username: 'u', authenticator: 'OAUTH', token: 't' })
    const files = Object.keys(createRequire(import.meta.url).cache)
    const packages = files.map((file) => /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1])
    console.log(JSON.stringify([...new Set(packages)]))`
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--conditions=snowfence-source',
    '--input-type=module',
    '--eval',
    program,
  ])
  return JSON.parse(stdout) as string[]
}

const ofOtherCredentials = ['@azure/identity', 'google-auth-library', 'jsonwebtoken']

test('what fetches credentials from clouds is not loaded for a governed connection', async () => {
  const loaded = await loadedPackages(false)
  expect(loaded).toContain('snowflake-sdk')
  expect(loaded.filter((name) => ofOtherCredentials.includes(name) || name.startsWith('@azure/'))).toEqual([])
})

test('the driver is loaded whole where that is wanted', async () => {
  expect(await loadedPackages(true)).toEqual(expect.arrayContaining(ofOtherCredentials))
})
