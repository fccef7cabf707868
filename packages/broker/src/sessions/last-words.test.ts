import { randomBytes } from 'node:crypto'
import type { Session } from '@snowfence/core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startTestBroker, type TestBroker } from '../test-support/start-test-broker.ts'

describe('a session that was revoked', () => {
  let test: TestBroker
  let session: Session
  let ahead = 0

  beforeAll(async () => {
    test = await startTestBroker({ clock: () => new Date(Date.now() + ahead) })
  })
  afterAll(() => test.close())
  beforeEach(async () => {
    session = await test.openSession('agent')
    const path = `/v1/sessions/${session.sessionId}/revoke`
    const operator = await test.issuer.token('operator')
    expect((await test.send('POST', path, operator, { reason: 'compromised' })).status).toBe(204)
  })

  const say = async (kind: string, attributes: Record<string, string>): Promise<number> => {
    const values = {
      'snowfence.span': kind,
      'snowfence.session.id': session.sessionId,
      ...attributes,
    }
    const span = {
      traceId: randomBytes(16).toString('hex'),
      spanId: randomBytes(8).toString('hex'),
      name: kind,
      kind: 3,
      attributes: [
        { key: 'snowfence.schema.version', value: { intValue: 1 } },
        ...Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } })),
      ],
    }
    const body = { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] }
    return (await test.send('POST', '/v1/traces', session.sessionToken, body)).status
  }

  it('may still say how its statements ended', async () => {
    expect(await say('query', { 'snowfence.outcome': 'revoked' })).toBe(200)
  })

  it('may say that nobody approved one', async () => {
    expect(await say('approval', { 'snowfence.approval.outcome': 'cancelled' })).toBe(200)
    expect(await say('approval', { 'snowfence.approval.outcome': 'approved' })).toBe(422)
  })

  it('may say nothing else', async () => {
    expect(await say('authorize', {})).toBe(422)
    expect(await say('query', {})).toBe(422)
    expect(await say('session', { 'snowfence.event': 'session.started' })).toBe(422)
    const renewal = { identityToken: await test.issuer.token('agent') }
    const path = `/v1/sessions/${session.sessionId}/renew`
    expect((await test.send('POST', path, session.sessionToken, renewal)).status).toBe(401)
  })

  it('may say it for half a minute', async () => {
    ahead += 31_000
    expect(await say('query', { 'snowfence.outcome': 'revoked' })).toBe(401)
  })

  it('is ended with all others of its principal, by an operator', async () => {
    const [first, second] = [await test.openSession('agent'), await test.openSession('agent')]
    const other = await test.openSession('second-agent')
    const { issuer, subject } = first.principal
    const body = { issuer, subject, reason: 'compromised' }
    const denied = await test.send('POST', '/v1/principals/revoke', await test.issuer.token('auditor'), body)
    expect(denied.status).toBe(403)
    const answer = await test.send<{ sessions: string[] }>(
      'POST',
      '/v1/principals/revoke',
      await test.issuer.token('operator'),
      body,
    )
    expect(answer.body.sessions.sort()).toEqual([first.sessionId, second.sessionId].sort())
    const list = (token: string) => test.send('GET', '/v1/approvals', token)
    expect((await list(first.sessionToken)).status).toBe(401)
    expect((await list(second.sessionToken)).status).toBe(401)
    expect((await list(other.sessionToken)).status).toBe(200)
  })
})
