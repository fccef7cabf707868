import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { bundleDriver } from './bundle-driver.ts'
import { type RecordedWarehouse, startRecordedWarehouse } from './recorded-warehouse.ts'
import { programPath, runProgram } from './run-registered.ts'

// Under `register`, requests to Snowflake that do not begin in a governed connection: each is refused before it is sent.

vi.setConfig({ testTimeout: 120_000 })

const password = 'a standing credential'
let recorded: RecordedWarehouse
let directory: string
let bundle: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  recorded = await startRecordedWarehouse()
  bundle = await bundleDriver(directory)
})
afterAll(async () => {
  await recorded.close()
  await rm(directory, { recursive: true })
})
beforeEach(() => recorded.forget())

const variables = () => ({
  LOCAL_URL: recorded.url,
  PASSWORD: password,
  DRIVER_BUNDLE: bundle,
  SNOWFLAKE_ACCESS_URL: recorded.url,
})

test('every way to send a request is refused, and nothing of it arrives', async () => {
  const { output, errors } = await runProgram([programPath('ways.mjs')], {
    flags: ['--require', programPath('keep-modules.cjs')],
    variables: variables(),
  })
  const found = JSON.parse(output) as Record<string, string>
  const others = Object.entries(found).filter(([, end]) => end !== 'refused')
  expect(others).toEqual([])
  expect(errors).toContain('[ERR_UNGOVERNED_REQUEST] SnowfenceWarning')
  expect(errors).toContain(`(sent by ${bundle})`)
  expect(Object.keys(found).length).toBeGreaterThan(30)
  expect(recorded.requests()).toEqual([])
  expect(recorded.bytes().includes(password)).toBe(false)
})

test('without register the same requests arrive, with the password', async () => {
  const { output } = await runProgram([programPath('ways.mjs')], {
    flags: ['--require', programPath('keep-modules.cjs')],
    variables: { ...variables(), ONLY: 'http.request,a bundled driver,fetch,a socket' },
    isRegistered: false,
  })
  expect(Object.values(JSON.parse(output) as object)).not.toContain('refused')
  const logins = recorded.requests().filter(({ path }) => path.includes('/session/v1/login-request'))
  expect(logins.map(({ path }) => path.split('/')[1])).toEqual(
    expect.arrayContaining(['a', 'driver', 'k', 'p']),
  )
  expect(logins.some(({ body }) => body.includes(`"PASSWORD":"${password}"`))).toBe(true)
})

test('requests to other servers are sent, and a line of a log is written', async () => {
  const { exitCode, output, errors } = await runProgram([programPath('other-servers.mjs')], {
    variables: { SNOWFLAKE_ACCESS_URL: recorded.url, SNOWFENCE_OTHER_HOSTS: 'localhost:1, 127.0.0.1:45871' },
  })
  expect({ exitCode, errors }).toEqual({ exitCode: 0, errors: '' })
  const [line, found] = output.split('\r\n')
  expect(line).toBe('POST /session/v1/login-request HTTP/1.1')
  expect(JSON.parse(found ?? '')).toEqual({
    'the paths of the SQL API': 200,
    'the paths of a token': 200,
    'the paths of a session': 200,
    'a host with a similar name': 'ENOTFOUND',
    'the path of a login, at a host that was named': 'ECONNREFUSED',
    'the path of a login, at another host': 'ERR_UNGOVERNED_REQUEST',
    'a path that only contains it': 200,
    'fetch to a path of a query': 200,
  })
})
