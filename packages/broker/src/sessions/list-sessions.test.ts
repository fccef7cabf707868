import { type SessionList, sessionListSchema } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startTestBroker, type TestBroker } from '../test-support/start-test-broker.ts'

describe('the list of sessions', () => {
  let test: TestBroker
  let live: string
  let revoked: string
  let closed: string
  beforeAll(async () => {
    test = await startTestBroker()
    const sessions = [
      await test.openSession('agent'),
      await test.openSession('agent', { agent: { id: 'other-bot' } }),
      await test.openSession('second-agent'),
    ] as const
    ;[revoked, closed, live] = sessions.map(({ sessionId }) => sessionId) as [string, string, string]
    await test.send('DELETE', `/v1/sessions/${closed}`, sessions[1].sessionToken)
    const operator = await test.issuer.token('operator')
    await test.send('POST', `/v1/sessions/${revoked}/revoke`, operator, { reason: 'a drill' })
  })
  afterAll(() => test.close())

  const list = async (query: string, client: 'operator' | 'auditor' | 'agent' = 'operator') =>
    test.send<SessionList>('GET', `/v1/sessions${query}`, await test.issuer.token(client))
  const idsOf = async (query: string): Promise<string[]> =>
    sessionListSchema.parse((await list(query)).body).sessions.map(({ id }) => id)

  it('shows those that live, and the others by their state', async () => {
    expect(await idsOf('')).toEqual([live])
    expect(await idsOf('?state=revoked')).toEqual([revoked])
    expect(await idsOf('?state=closed')).toEqual([closed])
    expect(await idsOf('?state=expired')).toEqual([])
  })

  it('finds them by principal and by agent', async () => {
    const issuer = encodeURIComponent(test.issuer.url)
    expect(await idsOf(`?state=all&subject=agent&issuer=${issuer}`)).toEqual([closed, revoked])
    expect(await idsOf('?state=all&subject=agent&issuer=https://other.example')).toEqual([])
    expect(await idsOf('?state=all&agent=other-bot')).toEqual([closed])
  })

  it('comes page by page, and holds no token', async () => {
    const first = (await list('?state=all&limit=2')).body
    expect(first.sessions.map(({ id }) => id)).toEqual([live, closed])
    expect(await idsOf(`?state=all&limit=2&cursor=${first.next}`)).toEqual([revoked])
    expect((await list('?cursor=nonsense')).status).toBe(400)
    expect(JSON.stringify(first)).not.toMatch(/token/i)
  })

  it('takes a name that no principal has for one that finds nothing', async () => {
    for (const name of ['%00', 'a%00b', '%ED%A0%80', '%E2%80%AE', "'%20or%20true"]) {
      const { status } = await list(`?state=all&subject=${name}&agent=${name}&issuer=${name}`)
      expect([200, 400], name).toContain(status)
    }
  })

  it('is for operators and auditors', async () => {
    expect((await list('', 'auditor')).status).toBe(200)
    expect((await list('', 'agent')).status).toBe(403)
  })
})
