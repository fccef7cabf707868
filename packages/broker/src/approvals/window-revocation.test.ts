import type { Approval } from '@snowfence/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { clinicPolicy } from '../test-support/clinic.ts'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import {
  digestFor,
  startTestBroker,
  statementOf,
  TEST_KEY,
  type TestBroker,
} from '../test-support/start-test-broker.ts'

const policy = `${clinicPolicy}
  - id: window-notes
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select]
    resources: [CLINIC.PUBLIC.WINDOW_NOTES]
    reveal: [note]
    approval: { kind: time-boxed, approvers: { groups: [privacy-office] }, quorum: 1, deadline: 15m, validFor: 10m, role: CLINIC_NOTES_READER }
`
const statement = (id: number) =>
  statementOf(`select TEXT from CLINIC.PUBLIC.WINDOW_NOTES where NOTE_ID = ${id}`)

describe('the window of a time-boxed approval that is revoked on PostgreSQL', () => {
  let server: Postgres
  let test: TestBroker
  let database: pg.Client
  beforeAll(async () => {
    server = await startPostgres()
    const databaseUrl = await server.createDatabase('windows')
    test = await startTestBroker({ policy, config: { databaseUrl, encryptionKey: TEST_KEY } })
    database = new pg.Client({ connectionString: databaseUrl })
    await database.connect()
  })
  afterAll(async () => {
    await database.end()
    await test.close()
    await server.close()
  })

  /** Asked outside of the transaction that holds the lock: within it, connections that are opened later are not seen. */
  const waiting = (count: number) => {
    const sqlText = `select 1 from pg_stat_activity where datname = 'windows' and wait_event_type = 'Lock'`
    return expect
      .poll(async () => (await server.query(sqlText)).length, { timeout: 30_000, interval: 20 })
      .toBe(count)
  }

  it.each([
    ['the first request', 'before'],
    ['the first request', 'after'],
    ['a later request', 'before'],
    ['a later request', 'after'],
  ])(
    'covers no request that is made meanwhile, when %s is named, a moment %s it',
    async (named, order) => {
      const session = await test.openSession('agent')
      const opening = (await test.ask(session, statement(1))).body
      if (opening.state === 'pending') await test.decide('reviewer', opening)
      const later = (await test.ask(session, statement(2))).body
      expect(later.state).toBe('approved')
      const id = named === 'the first request' ? opening.id : later.id
      // Both have read and changed what they need, and wait for their turn to record it.
      await database.query('begin; select size from tree_head for update')
      const token = await test.issuer.token('reviewer')
      const revoke = () => test.send('POST', `/v1/approvals/${id}/revoke`, token)
      const first = order === 'after' ? test.ask(session, statement(3)) : null
      const revokedFirst = order === 'before' ? revoke() : null
      await waiting(1)
      const requesting = first ?? test.ask(session, statement(3))
      const revoking = revokedFirst ?? revoke()
      await waiting(2)
      await database.query('commit')
      expect((await revoking).status).toBe(200)
      const { id: meanwhile } = (await requesting).body
      const claim = await test.send<Approval>(
        'POST',
        `/v1/approvals/${meanwhile}/claim`,
        session.sessionToken,
        { digest: digestFor(session, statement(3)) },
      )
      expect(claim.status).toBe(409)
    },
    60_000,
  )

  it('closes with the session that opened it, when that is revoked', async () => {
    const session = await test.openSession('second-agent')
    const opening = (await test.ask(session, statement(1))).body
    await test.decide('reviewer', opening)
    const act = (action: string, body: object) =>
      test.send('POST', `/v1/approvals/${opening.id}/${action}`, session.sessionToken, body)
    await act('claim', { digest: opening.digest })
    expect((await act('settle', { outcome: 'executed', queryId: null })).status).toBe(200)
    expect((await test.ask(session, statement(2))).body.state).toBe('approved')
    const other = await test.openSession('second-agent')
    const underIt = (await test.ask(other, statement(4))).body
    expect(underIt.state).toBe('approved')
    const revoked = await test.send(
      'POST',
      `/v1/sessions/${session.sessionId}/revoke`,
      await test.issuer.token('operator'),
      { reason: 'a test' },
    )
    expect(revoked.status).toBe(204)
    const claim = { digest: digestFor(other, statement(4)) }
    const claimed = await test.send('POST', `/v1/approvals/${underIt.id}/claim`, other.sessionToken, claim)
    expect(claimed.status).toBe(409)
    const next = await test.openSession('second-agent')
    expect((await test.ask(next, statement(3))).body.state).toBe('pending')
  })
})
