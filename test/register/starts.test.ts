import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { governed, programPath, runProgram } from './run-registered.ts'

// Starts under which the guard cannot hold: the program ends before its first line, and the error says why.

vi.setConfig({ testTimeout: 60_000 })

const bin = (name: string): string => new URL(`../node_modules/.bin/${name}`, import.meta.url).pathname
const require = createRequire(import.meta.url)

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
})
afterAll(() => rm(directory, { recursive: true }))

test.each([
  ['Bun', bin('bun'), ['--conditions=snowfence-source']],
  ['Deno', bin('deno'), ['run', '--allow-all', '--conditions=snowfence-source']],
])('on %s the program does not start, and is told to import the connection', async (name, command, flags) => {
  const ended = await promisify(execFile)(command, [...flags, programPath('starts.mjs')], {
    env: { ...process.env, ...governed, NO_COLOR: '1' },
  }).then(
    () => null,
    (failure: { code: number; stdout: string; stderr: string }) => failure,
  )
  expect(ended).toMatchObject({ stdout: '' })
  expect(ended?.code).toBeGreaterThan(0)
  expect(ended?.stderr).toMatch(
    new RegExp(`snowfence/register governs programs on Node .* this is ${name} \\d`),
  )
  expect(ended?.stderr).toContain('createGovernedConnection')
})

test('a program that loads the driver before register does not start', async () => {
  const { exitCode, output, errors } = await runProgram([programPath('starts.mjs')], {
    flags: ['--require', require.resolve('snowflake-sdk')],
  })
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' })
  expect(errors).toContain('snowflake-sdk was loaded before snowfence/register')
  expect(errors).toContain('--import snowfence/register')
})

test('a copy under another name that is loaded before register is found too', async () => {
  const { exitCode, errors } = await runProgram([programPath('starts.mjs')], {
    flags: ['--require', require.resolve('snowflake-sdk-2')],
  })
  expect({ exitCode, isTold: errors.includes('was loaded before snowfence/register') }).toEqual({
    exitCode: 1,
    isTold: true,
  })
})

test.each([
  [
    'froze a part of Node',
    'Object.freeze(require("node:http").ClientRequest.prototype)',
    'cannot be changed',
  ],
  ['froze a module of Node', 'Object.freeze(require("node:child_process"))', 'cannot be changed'],
  [
    'replaced http.request',
    'require("node:http").request = () => new (require("node:events"))()',
    'node:http',
  ],
])('a program does not start after a module that %s', async (_name, code, told) => {
  const preload = join(directory, 'preload.cjs')
  await writeFile(preload, code)
  const { exitCode, output, errors } = await runProgram([programPath('starts.mjs')], {
    flags: ['--require', preload],
  })
  expect({ exitCode, output }).toEqual({ exitCode: 1, output: '' })
  expect(errors).toContain('ERR_GUARD_UNAVAILABLE')
  expect(errors).toContain(told)
})

test('a program that imports register first starts', async () => {
  const { exitCode, output, errors } = await runProgram([programPath('starts.mjs')], { isRegistered: false })
  expect({ exitCode, output, errors }).toEqual({ exitCode: 0, output: 'started\n', errors: '' })
})
