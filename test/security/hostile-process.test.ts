import http from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

// What the threat model does not claim, shown: code in the agent's own process reads values before they are masked, with
// JavaScript alone. The wall that holds against such code is the role of the lease.

const read = 'select PATIENT_ID, SSN from PATIENTS order by PATIENT_ID limit 3'

let clinic: ClinicStack
beforeAll(async () => {
  clinic = await startClinicStack()
})
afterAll(() => clinic.close())

/** The social security numbers as the warehouse holds them. */
const storedNumbers = async (): Promise<string[]> => {
  const administrator = await clinic.administrator()
  return await new Promise((resolve, reject) =>
    administrator.execute({
      sqlText: read,
      complete: (error, _statement, rows) =>
        error ? reject(error) : resolve((rows ?? []).map(({ SSN }) => String(SSN))),
    }),
  )
}

test('a patched JSON.parse reads values that the policy masks', async () => {
  const numbers = await storedNumbers()
  const connection = await clinic.connect()
  const { parse } = JSON
  const overheard: string[] = []
  JSON.parse = (text: string, ...rest: []) => {
    overheard.push(String(text))
    return parse(text, ...rest)
  }
  let shown: unknown
  try {
    shown = (await connection.query(read)).rows
  } finally {
    JSON.parse = parse
  }
  for (const number of numbers) {
    expect(JSON.stringify(shown)).not.toContain(number)
    expect(overheard.join('\n')).toContain(number)
  }
})

test('a patched node:http reads the credentials of the connection', async () => {
  const { request } = http
  const overheard: string[] = []
  http.request = ((...args: Parameters<typeof request>) => {
    const sent = request(...args)
    const { write, end } = sent
    overheard.push(JSON.stringify(sent.getHeaders()))
    sent.write = ((chunk: unknown, ...rest: []) => {
      overheard.push(String(chunk))
      return (write as (...all: unknown[]) => boolean).call(sent, chunk, ...rest)
    }) as typeof write
    sent.end = ((chunk: unknown, ...rest: []) => {
      overheard.push(String(chunk))
      return (end as (...all: unknown[]) => typeof sent).call(sent, chunk, ...rest)
    }) as typeof end
    return sent
  }) as typeof request
  syncBuiltinESMExports()
  try {
    await clinic.connect()
  } finally {
    http.request = request
    syncBuiltinESMExports()
  }
  expect(overheard.join('\n')).toMatch(/"authenticator":"OAUTH"|Bearer /i)
})

test('the role of the lease holds: what it may not read, no code of the process reads with it', async () => {
  const lease = await clinic.lease()
  const { default: snowflake } = await import('snowflake-sdk')
  const direct = await new Promise<ReturnType<typeof snowflake.createConnection>>((resolve, reject) =>
    snowflake
      .createConnection({
        account: clinic.stack.warehouse.account,
        accessUrl: clinic.stack.warehouse.url,
        authenticator: 'OAUTH',
        token: lease.token,
        warehouse: 'AGENTS',
        database: 'CLINIC',
        schema: 'PUBLIC',
      })
      .connect((error, made) => (error ? reject(error) : resolve(made))),
  )
  const outcome = async (sqlText: string): Promise<string> =>
    await new Promise((resolve) =>
      direct.execute({
        sqlText,
        complete: (error, _statement, rows) =>
          resolve(error ? `refused ${error.sqlState}` : `${rows?.length} rows`),
      }),
    )
  // The lease's role may read the patients, so a program that leaves the SDK out reads them unmasked.
  expect(await outcome(read)).toBe('3 rows')
  expect(await outcome('select TEXT from PSYCHOTHERAPY_NOTES')).toMatch(/^refused/)
  expect(await outcome(`use role ACCOUNTADMIN`)).toMatch(/^refused/)
  await new Promise((resolve) => direct.destroy(resolve))
})
