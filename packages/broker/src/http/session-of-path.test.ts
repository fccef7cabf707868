import { randomUUID } from 'node:crypto'
import type { Session } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestBroker, type TestBroker } from '../test-support/start-test-broker.ts'

interface Failure {
  readonly error: { readonly code: string; readonly message: string; readonly hint: string }
}

describe('a path with the id of a session that is not there', () => {
  let test: TestBroker
  let live: Session
  let ended: Session
  beforeAll(async () => {
    test = await startTestBroker()
    live = await test.openSession('agent')
    ended = await test.openSession('agent')
    await test.send('DELETE', `/v1/sessions/${ended.sessionId}`, ended.sessionToken)
  })
  afterAll(() => test.close())

  const revoke = (id: string, token: string) =>
    test.send<Failure>('POST', `/v1/sessions/${id}/revoke`, token, { reason: 'a drill' })
  const declared = (id: string, token: string) => test.send<Failure>('GET', `/v1/audit/sessions/${id}`, token)
  const unknown = async (answer: ReturnType<typeof revoke>): Promise<Failure['error']> => {
    const { status, headers, body } = await answer
    expect([status, body.error.code]).toEqual([404, 'ERR_SESSION_NOT_FOUND'])
    // A client must not take it for a bearer that was refused.
    expect(headers.has('www-authenticate')).toBe(false)
    return body.error
  }

  it('answers an operator with 404: the session never was, or has ended', async () => {
    const operator = await test.issuer.token('operator')
    const never = await unknown(revoke(randomUUID(), operator))
    expect(await unknown(revoke(ended.sessionId, operator))).toEqual(never)
    expect(never.hint).not.toContain('connect')
  })

  it('answers an auditor with 404', async () => {
    const auditor = await test.issuer.token('auditor')
    await unknown(declared(randomUUID(), auditor))
    expect((await declared(ended.sessionId, auditor)).status).toBe(200)
  })

  it('answers a session alike for sessions of others and for none', async () => {
    const none = await unknown(declared(randomUUID(), live.sessionToken))
    const other = await test.openSession('second-agent')
    expect(await unknown(declared(other.sessionId, live.sessionToken))).toEqual(none)
  })

  it('tells nothing of it to anybody else', async () => {
    for (const id of [live.sessionId, ended.sessionId, randomUUID()]) {
      for (const client of ['agent', 'reviewer', 'stranger'] as const) {
        const token = await test.issuer.token(client)
        for (const { status, body } of [await revoke(id, token), await declared(id, token)])
          expect([status, body.error.code]).toEqual([403, 'ERR_IDENTITY_NOT_PERMITTED'])
      }
      for (const token of ['x', ended.sessionToken]) expect((await declared(id, token)).status).toBe(401)
      expect((await revoke(id, live.sessionToken)).status).toBe(401)
    }
  })

  it('is 401 on the routes on which the session is the authority', async () => {
    for (const [method, path] of [
      ['POST', 'renew'],
      ['GET', 'events'],
    ] as const) {
      const answer = await test.send<Failure>(
        method,
        `/v1/sessions/${ended.sessionId}/${path}`,
        ended.sessionToken,
      )
      expect([answer.status, answer.body.error.code]).toEqual([401, 'ERR_SESSION_NOT_FOUND'])
    }
  })
})
