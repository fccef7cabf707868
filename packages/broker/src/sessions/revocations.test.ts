import type { Session } from '@snowfence/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import { type SigningIssuer, startSigningIssuer } from '../test-support/start-signing-issuer.ts'
import { AUDIENCE, startTestBroker, TEST_KEY, type TestBroker } from '../test-support/start-test-broker.ts'

interface Failure {
  readonly error: { readonly code: string; readonly hint: string }
}

const OPENING = {
  purpose: 'HOPERAT',
  agent: { id: 'readmissions-bot' },
  client: { name: 'test', version: '0' },
  snowflake: { account: 'acme-clinic' },
}

let hospital: SigningIssuer
let university: SigningIssuer
let postgres: Postgres
beforeAll(async () => {
  hospital = await startSigningIssuer(AUDIENCE)
  university = await startSigningIssuer(AUDIENCE)
  postgres = await startPostgres()
})
afterAll(async () => {
  await postgres.close()
  await hospital.close()
  await university.close()
})

describe.each(['PGlite', 'PostgreSQL'])('a principal that an operator revoked, on %s', (kind) => {
  let test: TestBroker
  let databaseUrl: string | undefined

  const config = () => ({
    issuers: [
      { issuer: hospital.url, audience: AUDIENCE, personClaim: 'employee' },
      { issuer: university.url, audience: AUDIENCE, personClaim: 'staff' },
    ],
    ...(databaseUrl === undefined ? {} : { databaseUrl, encryptionKey: TEST_KEY }),
  })
  beforeAll(async () => {
    databaseUrl = kind === 'PGlite' ? undefined : await postgres.createDatabase('broker')
    test = await startTestBroker({ config: config() })
  })
  afterAll(() => test.close())

  const groups = ['clinic-agents', 'privacy-office']
  const atHospital = (name: string, changes: object = {}) =>
    hospital.token({ sub: `h-${name}`, employee: name, groups, ...changes })
  const atUniversity = (name: string) => university.token({ sub: `u-${name}`, staff: name, groups })
  const operator = (name = 'olga') => atHospital(name, { groups: ['broker-operators'] })

  const open = async (token: string) => test.send<Session & Failure>('POST', '/v1/sessions', token, OPENING)
  const statusOf = async (token: string): Promise<number> => (await open(token)).status
  const act = async (action: 'revoke' | 'restore', name: string, as: string, changes: object = {}) =>
    test.send<{ sessions: string[]; restored: boolean } & Failure>('POST', `/v1/principals/${action}`, as, {
      issuer: hospital.url,
      subject: `h-${name}`,
      reason: 'the laptop was stolen',
      ...changes,
    })

  it('opens no session with a fresh token, and does nothing else with it either', async () => {
    expect(await statusOf(await atHospital('ann'))).toBe(201)
    expect((await act('revoke', 'ann', await operator())).body.sessions).toHaveLength(1)
    const { status, body } = await open(await atHospital('ann'))
    expect(status).toBe(403)
    expect(body.error.code).toBe('ERR_PRINCIPAL_REVOKED')
    expect(body.error.hint).toContain('/v1/principals/restore')
    const inbox = await test.send('GET', '/v1/approvals?state=pending', await atHospital('ann'))
    expect(inbox.status).toBe(403)
    expect(await statusOf(await atHospital('bea'))).toBe(201)
  })

  it('is let in again when an operator restores it, and by nobody else', async () => {
    expect((await act('restore', 'ann', await atHospital('bea'))).status).toBe(403)
    expect(await statusOf(await atHospital('ann'))).toBe(403)
    expect((await act('restore', 'ann', await operator())).body.restored).toBe(true)
    expect((await act('restore', 'ann', await operator())).body.restored).toBe(false)
    expect(await statusOf(await atHospital('ann'))).toBe(201)
  })

  it('does not restore itself, though it is an operator', async () => {
    await act('revoke', 'oscar', await operator())
    const own = await operator('oscar')
    const { status, body } = await act('restore', 'oscar', own)
    expect([status, body.error.code]).toEqual([403, 'ERR_PRINCIPAL_REVOKED'])
  })

  it('stays out at each issuer, with its sessions there', async () => {
    const elsewhere = (await open(await atUniversity('cid'))).body
    const own = (await open(await atHospital('cid'))).body
    const other = (await open(await atUniversity('dan'))).body
    const { body } = await act('revoke', 'cid', await operator())
    expect([...body.sessions].sort()).toEqual([own.sessionId, elsewhere.sessionId].sort())
    expect(await statusOf(await atUniversity('cid'))).toBe(403)
    const list = (token: string) => test.send('GET', '/v1/approvals', token)
    expect((await list(elsewhere.sessionToken)).status).toBe(401)
    expect((await list(other.sessionToken)).status).toBe(200)
  })

  it('stays out at each issuer when an operator names its person, who never opened a session', async () => {
    await act('revoke', 'eve', await operator(), { person: 'EVE' })
    expect(await statusOf(await atUniversity('eve'))).toBe(403)
  })

  it('stays out at each issuer from the moment that the broker learns its person', async () => {
    await act('revoke', 'fay', await operator())
    expect(await statusOf(await atHospital('fay'))).toBe(403)
    expect(await statusOf(await atUniversity('fay'))).toBe(403)
  })

  it('stays out as the actor behind another principal, whose own revocation does not touch its actors', async () => {
    await act('revoke', 'gus', await operator(), { person: 'gus' })
    expect(await statusOf(await atHospital('bot-1', { act: { sub: 'gus' } }))).toBe(403)
    await act('revoke', 'bot-2', await operator())
    expect(await statusOf(await atHospital('bot-2', { act: { sub: 'hal' } }))).toBe(403)
    expect(await statusOf(await atHospital('hal'))).toBe(201)
  })

  it('is listed for operators, with who revoked it and why', async () => {
    const answer = await test.send<{ revoked: Record<string, unknown>[] }>(
      'GET',
      '/v1/principals/revoked',
      await operator(),
    )
    expect(answer.body.revoked.find(({ subject }) => subject === 'h-cid')).toMatchObject({
      issuer: hospital.url,
      people: ['cid'],
      reason: 'the laptop was stolen',
      revokedBy: { issuer: hospital.url, subject: 'h-olga' },
    })
    expect(answer.body.revoked.map(({ subject }) => subject)).not.toContain('h-ann')
    expect((await test.send('GET', '/v1/principals/revoked', await atHospital('bea'))).status).toBe(403)
  })

  it.runIf(kind === 'PostgreSQL')(
    'loses nobody whom an operator adds while another broker learns its person',
    async () => {
      await act('revoke', 'lea', await operator())
      const second = await test.another()
      const database = new pg.Client({ connectionString: databaseUrl })
      await database.connect()
      const waiting = async (count: number) => {
        const sqlText = `select 1 from pg_stat_activity where datname = 'broker' and wait_event_type = 'Lock'`
        await expect
          .poll(async () => (await postgres.query(sqlText)).length, { timeout: 30_000, interval: 20 })
          .toBe(count)
      }
      try {
        // Reading goes on; the revocation waits, and behind it what the other broker learns from an older reading.
        await database.query('begin; lock table revocations in share mode')
        const revoking = act('revoke', 'lea', await operator(), { person: 'leonie' })
        await waiting(1)
        const opening = second.send('POST', '/v1/sessions', await atHospital('lea'), OPENING)
        await waiting(2)
        await database.query('commit')
        expect((await revoking).status).toBe(200)
        expect((await opening).status).toBe(403)
        for (const name of ['lea', 'leonie']) expect(await statusOf(await atUniversity(name)), name).toBe(403)
      } finally {
        await database.end()
        await second.close()
      }
    },
  )

  it('has no session when it was revoked while it opened some', async () => {
    const token = await atHospital('ida')
    const opening = Array.from({ length: 30 }, () => open(token))
    await act('revoke', 'ida', await operator())
    for (const { status, body } of await Promise.all(opening)) {
      expect([201, 403]).toContain(status)
      if (status !== 201) continue
      expect((await test.send('GET', '/v1/approvals', body.sessionToken)).status).toBe(401)
    }
  })

  it('has no session that turned to it while it was revoked', async () => {
    if (databaseUrl === undefined) return
    const { sessionId, sessionToken } = (await open(await atHospital('bot-3'))).body
    const database = new pg.Client({ connectionString: databaseUrl })
    await database.connect()
    try {
      // The renewal has looked whether its people are admitted, and waits for the session.
      await database.query(`begin; select 1 from sessions where id = '${sessionId}' for update`)
      const renewing = test.send<Failure>('POST', `/v1/sessions/${sessionId}/renew`, sessionToken, {
        identityToken: await atHospital('bot-3', { act: { sub: 'jon' } }),
      })
      const waiting = async (count: number) => {
        const sqlText = `select 1 from pg_stat_activity where datname = 'broker' and wait_event_type = 'Lock'`
        // Outside of the transaction: within it, connections that are opened later are not seen.
        await expect
          .poll(async () => (await postgres.query(sqlText)).length, { timeout: 30_000, interval: 20 })
          .toBe(count)
      }
      await waiting(1)
      const revoking = act('revoke', 'jon', await operator(), { person: 'jon' })
      // The revocation waits for what may let its person in, or else has ended the sessions that it knows of.
      await Promise.race([revoking, waiting(2)])
      await database.query('commit')
      await Promise.all([revoking, renewing])
      expect((await test.send('GET', '/v1/approvals', sessionToken)).status).toBe(401)
    } finally {
      await database.end()
    }
  })

  it('stays out over a restart, and on every replica', async () => {
    if (databaseUrl === undefined) await test.broker.close()
    const next = await test.another()
    try {
      const answer = await next.send<Failure>('POST', '/v1/sessions', await atHospital('cid'), OPENING)
      expect([answer.status, answer.body.error.code]).toEqual([403, 'ERR_PRINCIPAL_REVOKED'])
    } finally {
      await next.close()
    }
  })
})
