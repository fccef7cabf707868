import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createGovernedPool, type GovernedConnection } from 'snowfence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'

// The limit of an hour is a principal's: another connection, pool or process is no way around it.

const LIMIT = 6

let clinic: ClinicStack
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'snowfence-limits-'))
  const policyFile = join(directory, 'policy.yaml')
  const document = await readFile(new URL('../../examples/policies/clinic.yaml', import.meta.url), 'utf8')
  await writeFile(policyFile, document.replace('statementsPerHour: 500', `statementsPerHour: ${LIMIT}`))
  clinic = await startClinicStack({ policyFile, dataDir: join(directory, 'data') })
})
afterAll(async () => {
  await clinic.close()
  await rm(directory, { recursive: true, force: true })
})

const outcomeOf = async (connection: GovernedConnection): Promise<string> => {
  const outcome = await connection.attempt('select PATIENT_ID from PATIENTS limit 1')
  return outcome.kind === 'denied' ? outcome.code : outcome.kind
}

test('statements of all connections count together, and a denied one does not count', async () => {
  const first = await clinic.connect()
  const outcomes = [await outcomeOf(first), await outcomeOf(first)]
  for (let denied = 0; denied < LIMIT; denied += 1) await first.attempt('select 1 from NO_SUCH_TABLE')
  const second = await clinic.connect()
  const pool = createGovernedPool(clinic.options(), { max: 1 })
  const third = await pool.acquire()
  outcomes.push(
    await outcomeOf(second),
    await outcomeOf(third),
    await outcomeOf(second),
    await outcomeOf(third),
  )
  expect(outcomes).toEqual(Array.from({ length: LIMIT }, () => 'completed'))
  for (const connection of [first, second, third, await clinic.connect(), await clinic.connect()])
    expect(await outcomeOf(connection)).toBe('ERR_RATE_LIMIT_EXCEEDED')
  await pool.release(third)
  await pool.drain()
  await pool.clear()
})

test('a connection that is refused writes nothing in the warehouse either', async () => {
  const ran = clinic.stack.warehouse.queryHistory().length
  const known = await clinic.connect()
  await known.attempt('begin')
  const before = clinic.stack.warehouse.queryHistory().length
  expect(await outcomeOf(known)).toBe('ERR_RATE_LIMIT_EXCEEDED')
  // What is known to be used up is not even sent.
  const sent = clinic.stack.warehouse.queryHistory().slice(before)
  expect(sent.map(({ queryText }) => queryText)).toEqual([])
  expect(before).toBeGreaterThanOrEqual(ran)
})
