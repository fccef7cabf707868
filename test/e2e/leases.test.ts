import { randomUUID } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMemorySink } from '@snowfence/audit'
import type { Lease } from '@snowfence/core'
import { createGovernedConnection, createLocalGovernance, type GovernedConnection } from 'snowfence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from './clinic-stack.ts'

let clinic: ClinicStack
let directory: string
const made: GovernedConnection[] = []

const policy = `version: 1
resources:
  - table: CLINIC.*
    unclassified: allow
rules:
  - id: everything-but-grants
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select, session, transaction]
    resources: ['*']
`

beforeAll(async () => {
  clinic = await startClinicStack()
  directory = await mkdtemp(join(tmpdir(), 'snowfence-'))
  await writeFile(join(directory, 'policy.yaml'), policy)
})
afterAll(async () => {
  await Promise.allSettled(made.map(async (connection) => await connection[Symbol.asyncDispose]()))
  await clinic.close()
  await rm(directory, { recursive: true })
})

/** A connection whose leases come from the given function. */
const connectWith = async (lease: () => Promise<Lease>): Promise<GovernedConnection> => {
  const connection = createGovernedConnection({
    account: clinic.stack.warehouse.account,
    accessUrl: clinic.stack.warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    purpose: 'HOPERAT',
    agent: { id: 'readmissions-bot' },
    governance: createLocalGovernance({
      policyFile: join(directory, 'policy.yaml'),
      principal: { issuer: 'https://issuer.test', subject: 'agent', groups: ['clinic-agents'] },
      journal: createMemorySink(),
      lease,
    }),
  })
  made.push(connection)
  return await connection.connectAsync()
}

/** Leases that are each to be replaced at once: the shortest life there can be. */
const everNew = async (): Promise<Lease> => ({
  ...(await clinic.lease()),
  id: randomUUID(),
  expiresAt: new Date(Date.now() + 60_000).toISOString(),
})

const sessionOf = (queryId: string | null): number | undefined =>
  clinic.stack.warehouse.queryHistory().find((record) => record.queryId === queryId)?.sessionId

test('one lease is one login, for as long as it is fresh', async () => {
  const connection = await connectWith(everNew)
  const first = await connection.query('select 1 as X')
  const second = await connection.query('select 2 as X')
  expect(sessionOf(first.queryId)).toBeDefined()
  expect(sessionOf(second.queryId)).toBe(sessionOf(first.queryId))
})

test('a renewed lease is another login, which stands where the one before it stood', async () => {
  const connection = await connectWith(async () => ({
    ...(await everNew()),
    expiresAt: new Date(Date.now() + 5_000).toISOString(),
  }))
  await connection.query('use schema INFORMATION_SCHEMA')
  const { queryId } = await connection.query("alter session set TIMEZONE = 'Asia/Tokyo'")
  const later = async () => {
    const { rows, queryId: id } = await connection.query('select CURRENT_SCHEMA() as S')
    return { rows, isSameLogin: sessionOf(id) === sessionOf(queryId) }
  }
  await expect
    .poll(async () => await later().catch(() => null), { timeout: 20_000, interval: 200 })
    .toEqual({ rows: [{ S: 'INFORMATION_SCHEMA' }], isSameLogin: false })
})

test('inside a transaction the login is kept; when it ends there, the transaction is over and said to be', async () => {
  let lifeMs = 6_000
  const connection = await connectWith(async () => ({
    ...(await everNew()),
    expiresAt: new Date(Date.now() + lifeMs).toISOString(),
  }))
  const begun = await connection.query('begin')
  lifeMs = 60_000
  const logins = new Set([sessionOf(begun.queryId)])
  const inside = async () => {
    const { queryId } = await connection.query('select 1 as X')
    logins.add(sessionOf(queryId))
  }
  await expect
    .poll(async () => await inside().catch((error: unknown) => error), { timeout: 20_000, interval: 200 })
    .toMatchObject({ snowfenceCode: 'ERR_LEASE_EXPIRED' })
  expect(logins.size).toBe(1)
  expect((await connection.query('select 2 as X')).rows).toEqual([{ X: 2 }])
})

test('without a new lease nothing runs after the old one has ended', async () => {
  let isGiving = true
  const connection = await connectWith(async () => {
    if (!isGiving) throw new Error('no more leases')
    return { ...(await everNew()), expiresAt: new Date(Date.now() + 4_000).toISOString() }
  })
  expect((await connection.query('select 1 as X')).rows).toEqual([{ X: 1 }])
  isGiving = false
  await expect
    .poll(
      async () =>
        await connection.query('select 1 as X').then(
          () => null,
          (error: unknown) => error,
        ),
      { timeout: 20_000, interval: 200 },
    )
    .toMatchObject({ snowfenceCode: 'ERR_LEASE_EXPIRED' })
})
