import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { GovernedConnection } from 'snowfence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'

// A policy that changes under open connections: what is decided, and the key of its lasting tokens, change together.

let clinic: ClinicStack
let directory: string
let policyFile: string
let document: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snowfence-policies-'))
  policyFile = join(directory, 'policy.yaml')
  const sample = await readFile(new URL('../../examples/policies/clinic.yaml', import.meta.url), 'utf8')
  document = sample.replace(
    'mask: token\n    identifier: name',
    'mask: { token: { scope: policy } }\n    identifier: name',
  )
  expect(document).not.toBe(sample)
  await writeFile(policyFile, document)
  clinic = await startClinicStack({ policyFile })
})
afterAll(async () => {
  await clinic.close()
  await rm(directory, { recursive: true, force: true })
})

const tokensOf = async (connection: GovernedConnection): Promise<string> => {
  const { rows } = await connection.query('select LAST_NAME from PATIENTS order by PATIENT_ID limit 3')
  return JSON.stringify(rows)
}

test('lasting tokens are equal in every connection under a policy, also in one that was opened under another', async () => {
  const [old, twin] = [await clinic.connect(), await clinic.connect()]
  const before = await tokensOf(old)
  expect(await tokensOf(twin)).toBe(before)

  await writeFile(policyFile, `${document}# another state\n`)
  await clinic.stack.broker.reloadPolicy()
  const after = await tokensOf(await clinic.connect())
  expect(after).not.toBe(before)
  // Within a second of the change, without a new session.
  await expect.poll(async () => await tokensOf(old)).toBe(after)
  await expect.poll(async () => await tokensOf(twin)).toBe(after)
})
