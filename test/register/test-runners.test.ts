import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type RecordedWarehouse, startRecordedWarehouse } from './recorded-warehouse.ts'
import { programPath, runProgram } from './run-registered.ts'

// Runners that load modules by themselves, or start processes and threads of their own.

vi.setConfig({ testTimeout: 120_000 })

const require = createRequire(import.meta.url)
let recorded: RecordedWarehouse
beforeAll(async () => {
  recorded = await startRecordedWarehouse()
})
afterAll(() => recorded.close())
beforeEach(() => recorded.forget())

const variables = () => ({ LOCAL_URL: recorded.url, PASSWORD: 'a standing credential', VITEST: undefined })

test('in Jest the driver is refused', async () => {
  const jest = join(dirname(require.resolve('jest/package.json')), 'bin', 'jest.js')
  const { exitCode, errors } = await runProgram([jest, '--rootDir', programPath('jest')], {
    variables: variables(),
    cwd: programPath('jest'),
  })
  expect(exitCode, errors).toBe(0)
  expect(errors).toContain('1 passed')
  expect(recorded.requests()).toEqual([])
})

test.each(['forks', 'threads'])(
  'in %s of vitest the driver is governed, and a login without it refused',
  async (pool) => {
    const vitest = join(dirname(require.resolve('vitest/package.json')), 'vitest.mjs')
    const { exitCode, output, errors } = await runProgram([vitest, 'run', '--pool', pool], {
      variables: variables(),
      cwd: programPath('vitest'),
    })
    expect(exitCode, `${output}${errors}`).toBe(0)
    expect(output).toContain('2 passed')
    expect(recorded.requests()).toEqual([])
  },
)
