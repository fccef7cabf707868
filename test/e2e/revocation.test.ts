import type { Approval } from '@snowfence/core'
import type { DriverShapedError, GovernedConnection, GovernedError } from 'snowfence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type FaultyClinic, startFaultyClinic } from '../fault/faulty-clinic.ts'

// Revoking a session, its principal, or the approval that a statement runs under ends the statement: the warehouse
// cancels it, its rows stop, and the trail says that it was revoked.

const policy = `version: 1
resources:
  - table: CLINIC.PUBLIC.*
    unclassified: allow
    subject: null
rules:
  - id: may-read
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select]
    resources: [CLINIC.PUBLIC.PATIENTS]
  - id: labs-need-a-person
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select]
    resources: [CLINIC.PUBLIC.LABS]
    approval: { approvers: { groups: [privacy-office] }, validFor: 1h }
  - id: encounters-need-a-person-for-a-moment
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select]
    resources: [CLINIC.PUBLIC.ENCOUNTERS]
    approval: { approvers: { groups: [privacy-office] }, kind: time-boxed, validFor: 4s }
`

let clinic: FaultyClinic
let connection: GovernedConnection
beforeAll(async () => {
  clinic = await startFaultyClinic({ policy })
})
afterAll(async () => await clinic.close())

/** Takes minutes where nothing ends it. */
const longRead = (table: string, key: string): string =>
  `select sum(a.${key} * b.${key} + c.${key} * d.${key}) as X from ${table} a, ${table} b, ${table} c, ${table} d`
const manyRows = (table: string, key: string): string =>
  `select a.${key} from ${table} a, ${table} b order by 1 limit 200000`

const nextPending = async (): Promise<Approval> => {
  for (;;) {
    const { approvals } = await clinic.ask<{ approvals: Approval[] }>(
      'reviewer',
      'GET',
      '/v1/approvals?state=pending',
    )
    if (approvals[0] !== undefined) return approvals[0]
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const approveNext = async (): Promise<Approval> => {
  const approval = await nextPending()
  const answer = { decision: 'approve', comment: null, seenDigest: approval.digest }
  return await clinic.ask<Approval>('reviewer', 'POST', `/v1/approvals/${approval.id}/decision`, answer)
}

const statusOf = (sqlText: string): string | undefined =>
  clinic.warehouse.queryHistory().findLast(({ queryText }) => queryText === sqlText)?.status

/** Rejects when the statement ended before it ran. */
const untilRunning = async (sqlText: string, running: Promise<Error>): Promise<void> => {
  let ended: Error | undefined
  void running.then((error) => {
    ended = error
  })
  while (statusOf(sqlText) !== 'RUNNING') {
    if (ended !== undefined) throw ended
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

const failureOf = async (running: Promise<unknown>): Promise<GovernedError> =>
  await running.then(
    () => {
      throw new Error('the statement ended well')
    },
    (error: GovernedError) => error,
  )

const outcomesOf = async (traceId: string): Promise<unknown[]> =>
  (await clinic.records())
    .filter(({ span }) => span.traceId === traceId && span.attributes['snowfence.span'] === 'query')
    .map(({ span }) => span.attributes['snowfence.outcome'])

const revoke = async (path: string, body: object): Promise<void> => {
  await clinic.ask('operator', 'POST', path, body)
}

test('a revoked approval ends the statement that runs under it', async () => {
  connection = await clinic.connect()
  const sqlText = longRead('LABS', 'LAB_ID')
  const running = failureOf(connection.query(sqlText))
  const { id } = await approveNext()
  await untilRunning(sqlText, running)
  await clinic.ask('reviewer', 'POST', `/v1/approvals/${id}/revoke`)
  const failure = await running
  expect(failure).toMatchObject({ snowfenceCode: 'ERR_APPROVAL_REVOKED', approvalId: id })
  await expect.poll(() => statusOf(sqlText)).toBe('ABORTED')
  expect(await outcomesOf(failure.traceId ?? '')).toEqual(['revoked'])
  expect((await connection.query('select count(*) as N from PATIENTS')).rows).toHaveLength(1)
}, 120_000)

test('a revoked approval stops the rows that are still being read under it', async () => {
  const sqlText = manyRows('LABS', 'LAB_ID')
  const stream = connection.stream(sqlText)
  const approving = approveNext()
  let rows = 0
  let revoking: Promise<void> | undefined
  const failure = await failureOf(
    (async () => {
      for await (const _row of stream) {
        rows += 1
        if (rows !== 1) continue
        const { id } = await approving
        revoking = revoke(`/v1/approvals/${id}/revoke`, {})
        await revoking
        // The reader is slow: the rest of the rows would still come.
        await new Promise((resolve) => setTimeout(resolve, 1500))
      }
    })(),
  )
  expect(failure).toMatchObject({ snowfenceCode: 'ERR_APPROVAL_REVOKED' })
  expect(rows).toBeLessThan(200_000)
  expect(await outcomesOf(failure.traceId ?? '')).toEqual(['revoked'])
}, 120_000)

test('a window that closes ends what runs under it', async () => {
  const sqlText = longRead('ENCOUNTERS', 'ENCOUNTER_ID')
  const running = failureOf(connection.query(sqlText))
  await approveNext()
  const failure = await running
  expect(failure).toMatchObject({ snowfenceCode: 'ERR_APPROVAL_EXPIRED' })
  expect(failure.message).toContain('ended while the statement ran')
  await expect.poll(() => statusOf(sqlText)).toBe('ABORTED')
  expect(await outcomesOf(failure.traceId ?? '')).toEqual(['revoked'])
}, 120_000)

test.each(['session', 'principal'] as const)(
  'a revoked %s ends the statement that waits for a person, and says so',
  async (kind) => {
    const waiting = await clinic.connect()
    const failing = failureOf(waiting.query('select count(*) as N from LABS'))
    await nextPending()
    const created = (await clinic.records()).findLast(({ span }) => span.name === 'session.created')
    const { sessionId, principal } = created?.source ?? {}
    const who = { issuer: principal?.issuer ?? '', subject: principal?.subject ?? '' }
    if (kind === 'session') await revoke(`/v1/sessions/${sessionId}/revoke`, { reason: 'lost' })
    else await revoke('/v1/principals/revoke', { ...who, reason: 'lost' })
    const failure = await failing
    expect(failure).toMatchObject({ snowfenceCode: 'ERR_SESSION_REVOKED', execution: 'not-run' })
    const refused = (await clinic.records()).filter(({ span }) => span.name === 'session.record_refused')
    expect(refused).toEqual([])
    if (kind === 'principal') await revoke('/v1/principals/restore', { ...who, reason: 'found' })
  },
  120_000,
)

test.each([
  [
    'session',
    async () => {
      const records = await clinic.records()
      const created = records.findLast(({ span }) => span.name === 'session.created')
      await revoke(`/v1/sessions/${created?.source.sessionId}/revoke`, { reason: 'compromised' })
    },
  ],
  [
    'principal',
    async () => {
      const records = await clinic.records()
      const created = records.findLast(({ span }) => span.name === 'session.created')
      const { issuer = '', subject = '' } = created?.source.principal ?? {}
      await revoke('/v1/principals/revoke', { issuer, subject, reason: 'compromised' })
    },
  ],
])(
  'a revoked %s ends what runs, and its statements are recorded as revoked',
  async (_what, revokeIt) => {
    const doomed = await clinic.connect()
    const sqlText = longRead('PATIENTS', 'PATIENT_ID')
    const running = failureOf(doomed.query(sqlText))
    await untilRunning(sqlText, running)
    await revokeIt()
    const failure = await running
    expect(failure).toMatchObject({ snowfenceCode: 'ERR_SESSION_REVOKED' })
    expect((failure as DriverShapedError).execution).not.toBe('ran')
    await expect.poll(() => statusOf(sqlText)).toBe('ABORTED')
    await expect
      .poll(async () => await outcomesOf(failure.traceId ?? ''), { timeout: 20_000 })
      .toEqual(['revoked'])
    await expect(doomed.query('select 1 as X')).rejects.toMatchObject({
      snowfenceCode: 'ERR_SESSION_REVOKED',
    })
  },
  120_000,
)
