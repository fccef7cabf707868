import { readFile, writeFile } from 'node:fs/promises'
import { type Session, type SessionEvent, sessionEventSchema } from '@snowfence/core'
import { compactVerify, createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ACCOUNT_URL, startTestBroker, type TestBroker } from '../test-support/start-test-broker.ts'

describe('a session', () => {
  let test: TestBroker
  let ahead = 0

  beforeAll(async () => {
    test = await startTestBroker({ clock: () => new Date(Date.now() + ahead) })
  })
  afterAll(() => test.close())

  const keys = () => createRemoteJWKSet(new URL(`${test.broker.url}/jwks.json`))
  const codeOf = (answer: { readonly body: unknown }): string =>
    (answer.body as { error: { code: string } }).error.code

  /** Events of a session's stream, in order; ends with the stream. */
  const listen = async (session: Session) => {
    const response = await fetch(`${test.broker.address}/v1/sessions/${session.sessionId}/events`, {
      headers: { authorization: `Bearer ${session.sessionToken}` },
    })
    expect(response.headers.get('content-type')).toBe('text/event-stream')
    const read = async function* (): AsyncGenerator<SessionEvent> {
      let text = ''
      for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
        text += chunk
        const parts = text.split('\n\n')
        text = parts.pop() ?? ''
        for (const part of parts) {
          const data = /^data: (.*)$/m.exec(part)?.[1]
          if (data !== undefined) yield sessionEventSchema.parse(JSON.parse(data))
        }
      }
    }
    return read()
  }

  it('begins with an identity token and hands out a lease for one role of the principal', async () => {
    const session = await test.openSession('agent')
    expect(session.principal).toMatchObject({
      issuer: test.issuer.url,
      subject: 'agent',
      groups: ['clinic-agents'],
    })
    expect(session.lease).toMatchObject({ user: 'CLINIC_AGENT', role: 'CLINIC_READER', warehouse: 'AGENTS' })
    const { payload } = await jwtVerify(session.lease.token, keys(), {
      issuer: test.broker.url,
      audience: ACCOUNT_URL,
      algorithms: ['RS256'],
    })
    expect(payload).toMatchObject({ sub: 'CLINIC_AGENT', scp: ['session:role:CLINIC_READER'] })
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(300)
    expect(payload.jti).toBe(session.lease.id)
  })

  it('carries the policy in force, signed by the broker and in a type of its own', async () => {
    const session = await test.openSession('agent')
    const { payload, protectedHeader } = await compactVerify(session.policy.jws, keys())
    expect(protectedHeader.typ).toBe('snowfence-policy')
    const { document } = JSON.parse(new TextDecoder().decode(payload)) as { document: string }
    expect(document).toBe(await readFile(test.policyFile, 'utf8'))
    await expect(jwtVerify(session.policy.jws, keys(), { audience: ACCOUNT_URL })).rejects.toThrow()
  })

  it('gives every session under one policy the same key for lasting tokens', async () => {
    const [first, second] = await Promise.all([test.openSession('agent'), test.openSession('second-agent')])
    expect(first.tokenKey).toBe(second.tokenKey)
    expect(Buffer.from(first.tokenKey, 'base64url')).toHaveLength(32)
  })

  it('is refused to a principal without a role, and for another account or role', async () => {
    await expect(test.openSession('stranger')).rejects.toThrow('ERR_SESSION_NO_ROLE')
    const account = { snowflake: { account: 'another-account' } }
    await expect(test.openSession('agent', account)).rejects.toThrow('ERR_SESSION_ACCOUNT_MISMATCH')
    for (const role of ['ACCOUNTADMIN', 'CLINIC_NOTES_READER']) {
      const wanted = { snowflake: { account: 'acme-clinic', role } }
      await expect(test.openSession('agent', wanted)).rejects.toThrow('ERR_SESSION_NO_ROLE')
    }
  })

  it('renews its lease with a fresh credential, and never beyond its own end', async () => {
    const session = await test.openSession('agent')
    const renewed = await test.renew('agent', session)
    expect(renewed.status).toBe(200)
    expect(renewed.body.lease.id).not.toBe(session.lease.id)
    expect(renewed.body.expiresAt).toBe(session.expiresAt)
    ahead = 3600_000 - 100_000
    const last = await test.renew('agent', session)
    expect(Date.parse(last.body.lease.expiresAt)).toBeLessThanOrEqual(Date.parse(session.expiresAt))
    ahead = 3600_000
    expect(codeOf(await test.renew('agent', session))).toBe('ERR_SESSION_NOT_FOUND')
    ahead = 0
  })

  it('ends when it is closed: its token opens nothing any more', async () => {
    const session = await test.openSession('agent')
    const path = `/v1/sessions/${session.sessionId}`
    expect((await test.send('DELETE', path, session.sessionToken)).status).toBe(204)
    for (const [method, rest] of [
      ['POST', '/renew'],
      ['GET', '/events'],
      ['DELETE', ''],
    ] as const) {
      const answer = await test.send(method, `${path}${rest}`, session.sessionToken)
      expect(answer.status).toBe(401)
      expect(codeOf(answer)).toBe('ERR_SESSION_NOT_FOUND')
    }
  })

  it('is told of its revocation, and cannot go on after it', async () => {
    const session = await test.openSession('agent')
    const events = await listen(session)
    const path = `/v1/sessions/${session.sessionId}/revoke`
    const answer = await test.send('POST', path, await test.issuer.token('operator'), {
      reason: 'odd behaviour',
    })
    expect(answer.status).toBe(204)
    expect((await events.next()).value).toEqual({ type: 'session.revoked', reason: 'odd behaviour' })
    expect((await events.next()).done).toBe(true)
    const renewal = await test.renew('agent', session)
    expect(codeOf(renewal)).toBe('ERR_SESSION_NOT_FOUND')
  })

  it('can be revoked by operators only', async () => {
    const session = await test.openSession('agent')
    const path = `/v1/sessions/${session.sessionId}/revoke`
    for (const client of ['agent', 'reviewer', 'auditor'] as const) {
      const answer = await test.send('POST', path, await test.issuer.token(client), { reason: 'x' })
      expect(codeOf(answer)).toBe('ERR_IDENTITY_NOT_PERMITTED')
    }
    const self = await test.send('POST', path, session.sessionToken, { reason: 'x' })
    expect(codeOf(self)).toBe('ERR_IDENTITY_TOKEN_INVALID')
  })

  it('is told when another policy comes into force; a broken one changes nothing', async () => {
    const session = await test.openSession('agent')
    const events = await listen(session)
    const before = await readFile(test.policyFile, 'utf8')
    await writeFile(test.policyFile, before.replace('mask: withhold', 'mask: no-such-mask'))
    await expect(test.broker.reloadPolicy()).rejects.toMatchObject({ code: 'ERR_POLICY_INVALID' })
    await writeFile(test.policyFile, `${before}# changed\n`)
    const { value } = await events.next()
    expect(value).toMatchObject({ type: 'policy.changed' })
    const { payload } = await compactVerify((value as { policy: { jws: string } }).policy.jws, keys())
    expect(new TextDecoder().decode(payload)).toContain('# changed')
    const tokenKeyOf = (answer: unknown) => (answer as { tokenKey: string }).tokenKey
    const renewal = await test.renew('agent', session)
    expect(new Set([value, renewal.body, await test.openSession('second-agent')].map(tokenKeyOf)).size).toBe(
      1,
    )
    expect(tokenKeyOf(value)).not.toBe(session.tokenKey)
    await writeFile(test.policyFile, before)
    // The same document again has the same key again: lasting tokens last as long as their policy.
    expect(tokenKeyOf((await events.next()).value)).toBe(session.tokenKey)
  })

  it('is not opened or used by anything but the right kind of token', async () => {
    const session = await test.openSession('agent')
    const other = await test.openSession('second-agent')
    const renew = `/v1/sessions/${session.sessionId}/renew`
    const attempts = [
      [renew, null, 'ERR_IDENTITY_TOKEN_MISSING'],
      [renew, other.sessionToken, 'ERR_SESSION_NOT_FOUND'],
      [renew, `${session.sessionToken}x`, 'ERR_SESSION_NOT_FOUND'],
      [renew, await test.issuer.token('agent'), 'ERR_SESSION_NOT_FOUND'],
      [renew, session.lease.token, 'ERR_SESSION_NOT_FOUND'],
    ] as const
    for (const [path, token, code] of attempts) {
      const answer = await test.send('POST', path, token)
      expect(answer.status).toBe(401)
      expect(codeOf(answer)).toBe(code)
    }
    const body = {
      purpose: 'x',
      agent: { id: 'a' },
      client: { name: 'a', version: '1' },
      snowflake: { account: 'acme-clinic' },
    }
    for (const [token, code] of [
      [session.sessionToken, 'ERR_IDENTITY_TOKEN_INVALID'],
      [session.lease.token, 'ERR_IDENTITY_ISSUER_UNKNOWN'],
    ] as const) {
      expect(codeOf(await test.send('POST', '/v1/sessions', token, body))).toBe(code)
    }
  })

  it('has leases whose keys and claims an issuer document leads to', async () => {
    const { body } = await test.send<{ issuer: string; jwks_uri: string }>(
      'GET',
      '/.well-known/openid-configuration',
      null,
    )
    const session = await test.openSession('agent')
    expect(decodeJwt(session.lease.token).iss).toBe(body.issuer)
    await jwtVerify(session.lease.token, createRemoteJWKSet(new URL(body.jwks_uri)))
    const { body: jwks } = await test.send<{ keys: Record<string, unknown>[] }>('GET', '/jwks.json', null)
    expect(jwks.keys.every((key) => !('d' in key))).toBe(true)
  })
})
