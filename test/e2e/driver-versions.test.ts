import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { identifyingPattern } from '@snowfence/local'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'

vi.setConfig({ testTimeout: 90_000 })

let clinic: ClinicStack
let directory: string
const tours = new Map<string, Record<string, unknown>>()

beforeAll(async () => {
  clinic = await startClinicStack()
  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  await writeFile(join(directory, 'token'), await clinic.stack.identityToken('agent', { ttlSeconds: 3600 }))
})
afterAll(async () => {
  await clinic.close()
  await rm(directory, { recursive: true })
})

const tour = async (driver: string, fastPath: 'on' | 'off'): Promise<Record<string, unknown>> => {
  const program = (name: string): string => new URL(`programs/${name}`, import.meta.url).pathname
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=snowfence-source', '--import', program('use-driver.mjs'), program('tour.mjs')],
    {
      env: {
        ...process.env,
        DRIVER_NAME: driver,
        FAST_PATH: fastPath,
        SNOWFLAKE_ACCOUNT: clinic.stack.warehouse.account,
        SNOWFLAKE_ACCESS_URL: clinic.stack.warehouse.url,
        SNOWFENCE_BROKER: clinic.stack.broker.url,
        SNOWFENCE_IDENTITY_TOKEN_FILE: join(directory, 'token'),
      },
    },
  )
  return JSON.parse(stdout) as Record<string, unknown>
}

/** Tokens of the scope `session` are others in every session. */
const comparable = (seen: Record<string, unknown>): string =>
  JSON.stringify(seen).replace(/tok_[\w-]+/g, 'tok_')

test.each([
  ['snowflake-sdk', 'on'],
  ['snowflake-sdk', 'off'],
  ['snowflake-sdk-2', 'on'],
  ['snowflake-sdk-2', 'off'],
] as const)('%s with the fast path %s shows the same, masked', async (driver, fastPath) => {
  const seen = await tour(driver, fastPath)
  tours.set(`${driver} ${fastPath}`, seen)
  expect(JSON.stringify(seen).match(identifyingPattern())).toBeNull()
  expect(seen).toMatchObject({
    object: [{ PATIENT_ID: 1, SSN: expect.stringMatching(/^\*+\d{4}$/), MRN: null }, { PATIENT_ID: 2 }],
    streamed: [{ PATIENT_ID: 2 }],
    fetched: [expect.stringMatching(/^\*+\d{4}$/), expect.stringMatching(/^\*+\d{4}$/)],
    binds: [{ PATIENT_ID: 7 }],
    denied: { code: '003001', sqlState: '42501' },
    later: [{ SSN: expect.stringMatching(/^\*+\d{4}$/) }],
    mistake: { name: 'InvalidParameterError', code: 409004 },
    valid: true,
    destroyed: { code: 407002, sqlState: '08003' },
  })
  const [first] = tours.values()
  expect(comparable(seen)).toBe(comparable(first ?? {}))
})
