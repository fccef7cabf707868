import type { RenewSessionResponse, Session } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type SigningIssuer, startSigningIssuer } from '../test-support/start-signing-issuer.ts'
import { AUDIENCE, startTestBroker, type TestBroker } from '../test-support/start-test-broker.ts'

interface Failure {
  readonly error: { readonly code: string }
}

describe('a session and the identity token behind it', () => {
  let issuer: SigningIssuer
  let test: TestBroker
  let ahead = 0

  const seconds = () => Math.floor((Date.now() + ahead) / 1000)
  const claims = (life: number, changes: object = {}) => ({
    sub: 'agent',
    groups: ['clinic-agents'],
    iat: seconds(),
    exp: seconds() + life,
    ...changes,
  })
  const open = async (life: number, changes: object = {}): Promise<Session> => {
    const { body } = await test.send<Session>(
      'POST',
      '/v1/sessions',
      await issuer.token(claims(life, changes)),
      {
        purpose: 'HOPERAT',
        agent: { id: 'readmissions-bot' },
        client: { name: 'test', version: '0' },
        snowflake: { account: 'acme-clinic' },
      },
    )
    return body
  }
  const renew = async (session: Session, identityToken: string | null) =>
    test.send<RenewSessionResponse & Failure>(
      'POST',
      `/v1/sessions/${session.sessionId}/renew`,
      session.sessionToken,
      identityToken === null ? undefined : { identityToken },
    )
  const endOf = (answer: { readonly expiresAt: string }): number => Date.parse(answer.expiresAt) / 1000

  beforeAll(async () => {
    issuer = await startSigningIssuer(AUDIENCE)
    test = await startTestBroker({
      clock: () => new Date(Date.now() + ahead),
      config: { issuers: [{ issuer: issuer.url, audience: AUDIENCE }] },
    })
  })
  afterAll(async () => {
    await test.close()
    await issuer.close()
  })

  it('end together, and so does every lease of the session', async () => {
    const exp = seconds() + 120
    const session = await open(120, { exp })
    expect(endOf(session)).toBe(exp)
    expect(endOf(session.lease)).toBeLessThanOrEqual(exp)
    ahead = 121_000
    const answer = await test.send<Failure>('GET', '/v1/approvals', session.sessionToken)
    expect(answer.body.error.code).toBe('ERR_SESSION_NOT_FOUND')
    expect((await renew(session, await issuer.token(claims(300)))).body.error.code).toBe(
      'ERR_SESSION_NOT_FOUND',
    )
    ahead = 0
  })

  it('go on together when a fresh token is presented', async () => {
    const session = await open(120)
    const exp = seconds() + 900
    const { status, body } = await renew(session, await issuer.token(claims(900, { exp })))
    expect(status).toBe(200)
    expect(endOf(body)).toBe(exp)
    ahead = 300_000
    expect((await test.send('GET', '/v1/approvals', session.sessionToken)).status).toBe(200)
    ahead = 0
  })

  it('never last longer than the session may, whatever the token says', async () => {
    const session = await open(80_000)
    const start = seconds()
    expect(endOf(session) - start).toBeLessThanOrEqual(3601)
    ahead = 1_800_000
    const { body } = await renew(session, await issuer.token(claims(80_000)))
    expect(endOf(body)).toBe(endOf(session))
    ahead = 0
  })

  it('are both needed for another lease', async () => {
    const session = await open(300)
    expect((await renew(session, null)).status).toBe(400)
    const expired = await issuer.token(claims(0, { iat: seconds() - 600, exp: seconds() - 300 }))
    expect((await renew(session, expired)).body.error.code).toBe('ERR_IDENTITY_TOKEN_EXPIRED')
    const stolen = await issuer.token(claims(300, { aud: 'https://elsewhere.test' }))
    expect((await renew(session, stolen)).body.error.code).toBe('ERR_IDENTITY_AUDIENCE_MISMATCH')
    expect((await renew(session, session.sessionToken)).body.error.code).toBe('ERR_IDENTITY_TOKEN_INVALID')
  })

  it('are of one principal', async () => {
    const session = await open(300)
    const other = await issuer.token(claims(300, { sub: 'another-agent' }))
    expect((await renew(session, other)).body.error.code).toBe('ERR_IDENTITY_TOKEN_INVALID')
    expect((await renew(session, await issuer.token(claims(300)))).status).toBe(200)
  })

  it('agree on the groups: those of the newest token hold from then on', async () => {
    const session = await open(300, { groups: ['clinic-agents', 'night-shift'] })
    expect(session.principal.groups).toEqual(['clinic-agents', 'night-shift'])
    const { body } = await renew(session, await issuer.token(claims(300)))
    expect(body.principal.groups).toEqual(['clinic-agents'])
  })

  it('end when the newest token no longer allows the role of the session', async () => {
    const session = await open(300)
    const { body } = await renew(session, await issuer.token(claims(300, { groups: ['nobody-knows'] })))
    expect(body.error.code).toBe('ERR_SESSION_NO_ROLE')
    const answer = await test.send<Failure>('GET', '/v1/approvals', session.sessionToken)
    expect(answer.body.error.code).toBe('ERR_SESSION_NOT_FOUND')
  })
})
