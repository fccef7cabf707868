import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { type RecordedWarehouse, startRecordedWarehouse } from './recorded-warehouse.ts'
import { programPath, runProgram } from './run-registered.ts'

// Children and Workers of a registered program, with a copy of the driver that was forgotten in them.

vi.setConfig({ testTimeout: 120_000 })

let recorded: RecordedWarehouse
beforeAll(async () => {
  recorded = await startRecordedWarehouse()
})
afterAll(() => recorded.close())
beforeEach(() => recorded.forget())

const variables = () => ({ LOCAL_URL: recorded.url, PASSWORD: 'a standing credential' })

test('whatever environment and flags a child or a Worker is started with, it has the guard', async () => {
  const { output, errors } = await runProgram([programPath('children.mjs')], { variables: variables() })
  const found = JSON.parse(output || '{}') as Record<string, string>
  const others = Object.entries(found).filter(([, end]) => end !== 'ERR_UNGOVERNED_REQUEST')
  expect(others, errors).toEqual([])
  expect(Object.keys(found).length).toBeGreaterThan(20)
  expect(recorded.requests()).toEqual([])
})

test('without register the same copies send the password', async () => {
  const started = ['fork with its own env and execArgv', 'execSync', 'Worker of a text with both', 'cluster']
  const { output } = await runProgram([programPath('children.mjs')], {
    variables: { ...variables(), ONLY: started.join(',') },
    isRegistered: false,
  })
  expect(JSON.parse(output)).toEqual(Object.fromEntries(started.map((name) => [name, 'status 200'])))
  expect(recorded.requests().filter(({ body }) => body.includes('a standing credential'))).toHaveLength(4)
})

test('a child that is given no broker runs, and is told so when it loads the driver', async () => {
  const { exitCode, output, errors } = await runProgram([programPath('child-without-broker.mjs')])
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
  expect(JSON.parse(output)).toEqual({
    harmless: 'ran',
    identity: 'undefined',
    driver: expect.stringContaining('`SNOWFENCE_BROKER` is not set'),
  })
})
