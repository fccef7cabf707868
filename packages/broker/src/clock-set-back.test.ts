import type { Approval } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noteStatement } from './test-support/clinic.ts'
import { type Postgres, startPostgres } from './test-support/start-postgres.ts'
import { startTestBroker, statementOf, TEST_KEY, type TestBroker } from './test-support/start-test-broker.ts'

const MINUTE_MS = 60_000

describe.each(['PGlite', 'PostgreSQL'] as const)('a broker on %s whose clock is set back', (database) => {
  let [passed, set] = [0, 0]
  let server: Postgres | undefined
  let test: TestBroker

  beforeAll(async () => {
    if (database === 'PostgreSQL') server = await startPostgres()
    test = await startTestBroker({
      clock: () => new Date(Date.now() + passed + set),
      monotonic: () => performance.now() + passed,
      config: {
        session: { ttlSeconds: 3600 },
        ...(server === undefined
          ? {}
          : { databaseUrl: await server.createDatabase('clock'), encryptionKey: TEST_KEY }),
      },
    })
  })
  afterAll(async () => {
    await test.close()
    await server?.close()
  })

  const changesNoticed = async (): Promise<number> => {
    const { body } = await test.send<{ text: string }>('GET', '/metrics', null)
    return Number(/event="trail.clock_changed"\} (\d+)/.exec(body.text)?.[1] ?? 0)
  }

  it('keeps no session and no approval longer than it would have been', async () => {
    const session = await test.openSession('agent')
    const ask = async (): Promise<Approval> => (await test.ask(session, statementOf(noteStatement))).body
    const [pending, approved] = [await ask(), await ask()]
    expect((await test.decide('reviewer', approved)).status).toBe(200)
    const stream = await fetch(`${test.broker.address}/v1/sessions/${session.sessionId}/events`, {
      headers: { authorization: `Bearer ${session.sessionToken}` },
    })
    const read = (id: string) => test.send<Approval>('GET', `/v1/approvals/${id}`, session.sessionToken)

    set = -50 * MINUTE_MS
    await expect.poll(changesNoticed, { timeout: 60_000 }).toBe(1)
    // The stream ends; its client opens another one, which knows the new end.
    expect(await stream.text()).toContain('connected')
    expect((await read(pending.id)).body.state).toBe('pending')

    // Longer than a request waits for people, and than an approval can be used.
    passed = 16 * MINUTE_MS
    // The sweeper ends what is overdue a moment after its deadline.
    const stateOf = async (id: string) => (await read(id)).body.state
    await expect.poll(() => stateOf(pending.id), { timeout: 60_000 }).toBe('expired')
    await expect.poll(() => stateOf(approved.id), { timeout: 60_000 }).toBe('expired')
    passed = 61 * MINUTE_MS
    expect((await read(pending.id)).status).toBe(401)
  })
})
