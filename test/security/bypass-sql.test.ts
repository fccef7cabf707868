import { identifyingPattern } from '@snowfence/local'
import type { GovernedConnection } from 'snowfence'
import snowflake from 'snowflake-sdk'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'
import { asking, type Guess } from './sql-that-asks.ts'
import { revealing } from './sql-that-reveals.ts'

// Every statement here was written to get around the clinic's policy, through the public SDK, against the whole stack.

let clinic: ClinicStack
let connections: readonly GovernedConnection[]
let truth: Guess

const untruth: Guess = { ssn: '123-45-6789', name: 'Nobody', digit: '0', date: '1951-02-03' }

const factsOf = async ({ stack: { warehouse } }: ClinicStack): Promise<Guess> => {
  const administrator = snowflake.createConnection({
    account: warehouse.account,
    accessUrl: warehouse.url,
    ...warehouse.administrator,
    database: 'CLINIC',
    schema: 'PUBLIC',
    warehouse: 'AGENTS',
  })
  await administrator.connectAsync(() => {})
  const rows = await new Promise<readonly Record<string, string>[]>((resolve, reject) => {
    administrator.execute({
      sqlText: 'select SSN, FIRST_NAME, BIRTH_DATE::varchar as BORN from PATIENTS where PATIENT_ID = 1',
      complete: (error, _statement, found) => (error ? reject(error) : resolve(found ?? [])),
    })
  })
  await new Promise((resolve) => administrator.destroy(resolve))
  const { SSN = '', FIRST_NAME = '', BORN = '' } = rows[0] ?? {}
  return { ssn: SSN, name: FIRST_NAME, digit: SSN.charAt(0), date: BORN }
}

beforeAll(async () => {
  clinic = await startClinicStack()
  connections = await Promise.all([1, 2, 3].map(async () => await clinic.connect()))
  truth = await factsOf(clinic)
})
afterAll(async () => await clinic.close())

let turn = 0
const nextConnection = (): GovernedConnection => {
  turn += 1
  return connections[turn % connections.length] as GovernedConnection
}

/** Everything that the agent is told: rows, or the denial, or the error. Without what is new for each statement. */
const answerTo = async (sqlText: string, connection = nextConnection()): Promise<string> => {
  const told = await connection.attempt(sqlText, sqlText.includes('?') ? ['PATIENT_ID'] : undefined).then(
    (outcome): unknown =>
      outcome.kind === 'completed'
        ? { kind: outcome.kind, rows: outcome.rows, columns: outcome.columns }
        : outcome.kind === 'denied'
          ? { kind: outcome.kind, reason: outcome.reason, hint: outcome.hint }
          : outcome,
    (error: Error & { code?: unknown; sqlState?: unknown }) => ({
      kind: 'failed',
      code: error.code,
      sqlState: error.sqlState,
      message: error.message,
    }),
  )
  return JSON.stringify(told)
}

test('the tables can fail: the clear columns come back as they are, and a true guess differs from a false one', async () => {
  expect(await answerTo('select STATE from PATIENTS where PATIENT_ID = 1')).toMatch(/"STATE":"[A-Z]{2}"/)
  expect(truth.ssn).toMatch(/^\d{3}-\d{2}-\d{4}$/)
  expect(identifyingPattern().test(JSON.stringify(truth))).toBe(true)
  const ask = async ({ digit }: Guess) =>
    await answerTo(`select 1 as X where '${truth.ssn}' like '${digit}%'`)
  expect(await ask(truth)).not.toBe(await ask(untruth))
})

describe('no statement carries an identifying value out', () => {
  test.concurrent.each(revealing)('%s', async (_about, sqlText) => {
    const answer = await answerTo(sqlText)
    expect(answer.replaceAll(/tok_[\w-]{22}/g, 'tok').match(identifyingPattern())).toBeNull()
    for (const secret of [truth.ssn, truth.ssn.slice(0, 7), truth.name, truth.date])
      expect(answer).not.toContain(secret)
  })
})

describe('no answer depends on whether a guess is true', () => {
  test.concurrent.each(asking)('%s', async (_about, sqlTextOf) => {
    // On one connection, since pseudonyms differ from session to session.
    const connection = nextConnection()
    const hit = await answerTo(sqlTextOf(truth), connection)
    const miss = await answerTo(sqlTextOf(untruth), connection)
    expect(hit).toBe(miss)
    // A warehouse that fails at both proves nothing.
    expect(hit).not.toContain('"kind":"failed"')
  })
})
