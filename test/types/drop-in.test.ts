import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc')

test('a governed connection is assignable to the driver type, and options with a credential do not compile', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    tsc,
    '-p',
    new URL('tsconfig.json', import.meta.url).pathname,
  ]).catch((failure: { stdout: string }) => failure)
  expect(stdout).toBe('')
}, 120_000)
