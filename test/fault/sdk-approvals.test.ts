import type { Approval } from '@snowfence/core'
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest'
import { type FaultyClinic, startFaultyClinic } from './faulty-clinic.ts'

// An agent that waits for a person goes on waiting while the broker is restarted, and whatever answer gets lost. When the
// agent itself is gone, its request is withdrawn, and that is recorded.

// A broker starts in each of them, and several times in some.
vi.setConfig({ testTimeout: 300_000 })

let clinic: FaultyClinic
beforeAll(async () => {
  clinic = await startFaultyClinic()
})
afterAll(async () => await clinic.close())
beforeEach(() => clinic.proxy.lose('pass'))

const notes = (limit: number): string => `select NOTE_ID from PSYCHOTHERAPY_NOTES order by 1 limit ${limit}`

const pending = async (): Promise<Approval[]> =>
  (await clinic.ask<{ approvals: Approval[] }>('reviewer', 'GET', '/v1/approvals?state=pending')).approvals

/**
 * Waits for a request that is pending. Fails with the statement that should make one, and ends with the test: the loop
 * would find the request of the next one.
 */
const untilPending = async (running?: Promise<unknown>): Promise<Approval> => {
  let isOver = false
  onTestFinished(() => {
    isOver = true
  })
  let failure: { readonly error: unknown } | null = null
  running?.catch((error: unknown) => {
    failure = { error }
  })
  while (!isOver) {
    const [approval] = await pending()
    if (approval !== undefined) return approval
    if (failure !== null) throw (failure as { readonly error: unknown }).error
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error('the test is over')
}

const approve = async ({ id, digest }: Approval): Promise<void> => {
  const answer = { decision: 'approve', comment: null, seenDigest: digest }
  await clinic.ask('reviewer', 'POST', `/v1/approvals/${id}/decision`, answer)
}

const stateOf = async ({ id }: Approval): Promise<string> =>
  (await clinic.ask<Approval>('reviewer', 'GET', `/v1/approvals/${id}`)).state

test('a blocked agent waits through restarts of the broker, and runs its statement once it is approved', async () => {
  const connection = await clinic.connect()
  const running = connection.query(notes(2))
  const approval = await untilPending(running)
  for (let restart = 0; restart < 2; restart += 1) {
    await clinic.kill()
    await clinic.start()
  }
  clinic.proxy.lose('refuse')
  await new Promise((resolve) => setTimeout(resolve, 500))
  clinic.proxy.lose('pass')
  expect((await pending()).map(({ id }) => id)).toEqual([approval.id])
  await approve(approval)
  const { rows, approval: granted } = await running
  expect(rows).toHaveLength(2)
  expect(granted?.id).toBe(approval.id)
  expect(await stateOf(approval)).toBe('executed')
})

test('an approval that is given while the broker restarts reaches its agent', async () => {
  const connection = await clinic.connect()
  const running = connection.query(notes(3))
  const approval = await untilPending(running)
  clinic.proxy.lose('refuse')
  await approve(approval)
  await clinic.kill()
  await clinic.start()
  clinic.proxy.lose('pass')
  expect((await running).rows).toHaveLength(3)
})

test('no lost answer on the way of an approval ends its statement, or asks, claims or runs twice', async () => {
  const connection = await clinic.connect()
  for (let lost = 1; lost <= 6; lost += 1) {
    const sqlText = notes(10 + lost)
    // Each round loses another answer: of the request, of a wait, of the claim, of records, of the settlement.
    let moments = 0
    const cutting = setInterval(() => {
      moments += 1
      if (moments % lost === 0 && moments <= 4 * lost) clinic.proxy.lose('cut', 1)
    }, 60)
    onTestFinished(() => clearInterval(cutting))
    const running = connection.query(sqlText)
    const approval = await untilPending(running)
    await approve(approval)
    expect((await running).rows.length).toBeGreaterThan(0)
    clearInterval(cutting)
    clinic.proxy.lose('pass')
    await expect.poll(() => stateOf(approval), { timeout: 30_000 }).toBe('executed')
    const runs = clinic.warehouse.queryHistory().filter(({ queryText }) => queryText === sqlText)
    expect(runs).toHaveLength(1)
  }
  const events = (await clinic.records()).filter(({ span }) => span.name.startsWith('approval.'))
  const steps = events
    .map(({ span }) => `${span.name} ${String(span.attributes['snowfence.approval.id'])}`)
    .filter((step) => !step.startsWith('approval.shown'))
  expect(new Set(steps).size).toBe(steps.length)
})

test('the request of an agent that is gone is withdrawn, and that is recorded', async () => {
  const agent = await clinic.spawnAgent(notes(4))
  const approval = await untilPending()
  agent.kill('SIGKILL')
  await expect.poll(() => stateOf(approval), { interval: 250, timeout: 120_000 }).toBe('cancelled')
  const names = (await clinic.records())
    .filter(({ span }) => span.attributes['snowfence.approval.id'] === approval.id)
    .map(({ span }) => span.name)
  expect(names).toContain('approval.withdrawn')
})
