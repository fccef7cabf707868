import { generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto'
import { type AuditRecord, parseExport } from '@snowfence/audit'
import type { Session } from '@snowfence/core'
import { SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type KeyServer, startKeyServer } from '../test-support/start-key-server.ts'
import { AUDIENCE, startTestBroker, type TestBroker } from '../test-support/start-test-broker.ts'

const LONG = { timeout: 20_000 }
const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

let test: TestBroker
let issuer: KeyServer
beforeAll(async () => {
  issuer = await startKeyServer([
    { ...own.publicKey.export({ format: 'jwk' }), kid: 'own', alg: 'ES256', use: 'sig' },
  ])
  const config = {
    issuers: [{ issuer: issuer.url, audience: AUDIENCE }],
    listen: { port: 0, trustedProxies: ['127.0.0.1'] },
    limits: { refusalsPerMinute: 100 },
  }
  test = await startTestBroker({ config })
})
afterAll(async () => {
  await test.close()
  await issuer.close()
})

const now = () => Math.floor(Date.now() / 1000)
const claims = (changes: object = {}) => ({
  iss: issuer.url,
  aud: AUDIENCE,
  sub: 'agent-1',
  iat: now(),
  exp: now() + 300,
  ...changes,
})
const tokenOf = (changes: object = {}, header: object = {}, key: KeyObject = own.privateKey): string => {
  const input = `${encode({ alg: 'ES256', kid: 'own', ...header })}.${encode(claims(changes))}`
  const signature = signBytes('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

let addresses = 0
const nextAddress = (): string => {
  addresses += 1
  return `192.0.2.${addresses}`
}
/** Sends a token from an address: each from one of its own, so that none of them is only counted. */
const send = async (path: string, token: string, address = nextAddress(), body: object = {}) => {
  const response = await fetch(`${test.broker.address}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'x-forwarded-for': address,
    },
    body: JSON.stringify(body),
  })
  const answer = (await response.json()) as { readonly error?: { readonly code: string } }
  return { status: response.status, code: answer.error?.code, body: answer as unknown }
}

const records = async (): Promise<readonly AuditRecord[]> => {
  const response = await fetch(`${test.broker.address}/v1/audit/records`, {
    headers: { authorization: `Bearer ${tokenOf({ sub: 'auditor', groups: ['auditors'] })}` },
  })
  return parseExport(await response.text()).records.map(({ text }) => JSON.parse(text) as AuditRecord)
}
const named = async (name: string) =>
  (await records()).filter(({ span }) => span.name === name).map(({ span }) => span.attributes)
const recordOf = async (address: string) => {
  const find = async () =>
    (await named('identity.refused')).filter((each) => each['client.address'] === address)
  await expect.poll(async () => (await find()).length, LONG).toBe(1)
  return (await find())[0] ?? {}
}

describe('a token that the broker refuses', () => {
  const hostile: [reason: string, isVerified: boolean, token: () => string | Promise<string>][] = [
    ['algorithm', false, () => `${encode({ alg: 'none' })}.${encode(claims())}.`],
    [
      'algorithm',
      false,
      async () => {
        const secret = Buffer.from(own.publicKey.export({ format: 'pem', type: 'spki' }) as string)
        return new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'own' }).sign(secret)
      },
    ],
    ['issuer-unknown', false, () => tokenOf({ iss: 'https://elsewhere.test' })],
    ['audience', true, () => tokenOf({ aud: 'https://elsewhere.test' })],
    ['expired', true, () => tokenOf({ iat: now() - 600, exp: now() - 300 })],
    ['not-yet-valid', true, () => tokenOf({ nbf: now() + 600 })],
    ['unknown-key', false, () => tokenOf({}, { kid: 'unknown' })],
    ['signature', false, () => tokenOf({}, {}, stranger.privateKey)],
    ['too-long', false, () => tokenOf({ filler: 'x'.repeat(13_000) })],
    ['key-in-header', false, () => tokenOf({}, { jku: 'https://attacker.test/jwks' })],
    ['groups-elsewhere', true, () => tokenOf({ hasgroups: true })],
    ['person', true, () => tokenOf({ act: { sub: 7 } })],
    ['not-a-token', false, () => 'gibberish-of-a-stranger'],
  ]

  it.each(hostile)(
    'because of %s is a record, and only verified claims are in it',
    async (reason, isVerified, make) => {
      const token = await make()
      const address = nextAddress()
      const { status, code } = await send('/v1/sessions', token, address)
      expect(status).toBe(401)
      const attributes = await recordOf(address)
      expect(attributes).toMatchObject({
        'error.type': code,
        'snowfence.refusal.reason': reason,
        'snowfence.refusal.count': 1,
        'snowfence.refusal.verified': isVerified,
        'http.route': '/v1/sessions',
      })
      expect(attributes['user.id']).toBe(isVerified ? 'agent-1' : undefined)
      const text = JSON.stringify(attributes)
      if (!isVerified) expect(text).not.toContain('agent-1')
      expect(text).not.toContain('elsewhere.test')
      expect(text).not.toContain('attacker.test')
      for (const part of token.split('.')) if (part.length > 5) expect(text).not.toContain(part)
    },
  )

  const OPENING = {
    purpose: 'HOPERAT',
    agent: { id: 'readmissions-bot' },
    client: { name: 'test', version: '0' },
    snowflake: { account: 'acme-clinic' },
  }
  const agent = (changes: object = {}) => tokenOf({ groups: ['clinic-agents'], ...changes })

  it('of a session that was revoked names the session and its principal', async () => {
    const { sessionId, sessionToken } = (await send('/v1/sessions', agent(), nextAddress(), OPENING))
      .body as Session
    const operator = tokenOf({ sub: 'operator', groups: ['broker-operators'] })
    const answer = await fetch(`${test.broker.address}/v1/sessions/${sessionId}/revoke`, {
      method: 'POST',
      headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'compromised' }),
    })
    expect(answer.status).toBe(204)
    const address = nextAddress()
    expect((await send('/v1/approvals', sessionToken, address)).status).toBe(401)
    expect(await recordOf(address)).toMatchObject({
      'snowfence.refusal.reason': 'session-revoked',
      'snowfence.session.id': sessionId,
      'user.id': 'agent-1',
    })
  })

  it('of a session that never was is told apart', async () => {
    const address = nextAddress()
    await send('/v1/approvals', `sfs_${'A'.repeat(43)}`, address)
    const attributes = await recordOf(address)
    expect(attributes['snowfence.refusal.reason']).toBe('session-unknown')
    expect(attributes['user.id']).toBeUndefined()
  })

  it('in the body of a renewal is a record too', async () => {
    const { sessionId, sessionToken } = (await send('/v1/sessions', agent(), nextAddress(), OPENING))
      .body as Session
    const address = nextAddress()
    const renewal = { identityToken: agent({ sub: 'agent-2' }) }
    expect((await send(`/v1/sessions/${sessionId}/renew`, sessionToken, address, renewal)).status).toBe(401)
    expect(await recordOf(address)).toMatchObject({
      'snowfence.refusal.reason': 'other-principal',
      'user.id': 'agent-2',
      'http.route': '/v1/sessions/:id/renew',
    })
  })

  it('without a role, and of a principal that was revoked, is a record too', async () => {
    const address = nextAddress()
    expect((await send('/v1/sessions', tokenOf({ sub: 'agent-3' }), address, OPENING)).status).toBe(403)
    expect(await recordOf(address)).toMatchObject({ 'snowfence.refusal.reason': 'no-role' })
    const operator = tokenOf({ sub: 'operator', groups: ['broker-operators'] })
    const revocation = { issuer: issuer.url, subject: 'agent-4', reason: 'compromised' }
    expect((await send('/v1/principals/revoke', operator, nextAddress(), revocation)).status).toBe(200)
    const another = nextAddress()
    expect((await send('/v1/sessions', agent({ sub: 'agent-4' }), another, OPENING)).status).toBe(403)
    expect(await recordOf(another)).toMatchObject({
      'snowfence.refusal.reason': 'principal-revoked',
      'user.id': 'agent-4',
    })
  })
})
