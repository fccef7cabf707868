import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import type { Approval, ClaimApprovalResponse, Session } from '@snowfence/core'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { noteStatement } from '../test-support/clinic.ts'
import { startTestBroker, statementOf, type TestBroker } from '../test-support/start-test-broker.ts'

const QUERY_ID = '01b2c3d4-0000-0000-0000-000000000001'
const PAST_ABSENCE_MS = 11_000

describe('an approval, when agents, answers and connections get lost', () => {
  let test: TestBroker
  let session: Session
  let ahead = 0

  beforeAll(async () => {
    test = await startTestBroker({ clock: () => new Date(Date.now() + ahead) })
  })
  afterAll(() => test.close())
  beforeEach(async () => {
    session = await test.openSession('agent')
  })

  const statement = statementOf(noteStatement)
  const request = async (changes: Record<string, unknown> = {}): Promise<Approval> => {
    const { status, body } = await test.ask(session, statement, changes)
    expect([status, body.state]).toEqual([201, 'pending'])
    return body
  }
  const approved = async (): Promise<Approval> => (await test.decide('reviewer', await request())).body
  const post = <T = Approval>(approval: Approval, action: string, body: unknown, by = session) =>
    test.send<T>('POST', `/v1/approvals/${approval.id}/${action}`, by.sessionToken, body)
  const claim = (approval: Approval, key?: string, by = session) =>
    post<ClaimApprovalResponse>(approval, 'claim', { digest: approval.digest, key }, by)
  const read = (approval: Approval, query = '', signal: AbortSignal | null = null) =>
    fetch(`${test.broker.address}/v1/approvals/${approval.id}${query}`, {
      headers: { authorization: `Bearer ${session.sessionToken}` },
      signal,
    })
  const stateOf = async (approval: Approval, query = ''): Promise<string> =>
    ((await (await read(approval, query)).json()) as Approval).state
  const revoke = async (approval: Approval) =>
    test.send<Approval>('POST', `/v1/approvals/${approval.id}/revoke`, await test.issuer.token('operator'))
  const codeOf = ({ body }: { readonly body: unknown }): string =>
    (body as { error: { code: string } }).error.code
  const eventsOf = async ({ id }: Approval): Promise<string[]> => {
    const token = await test.issuer.token('auditor')
    const { body } = await test.send<{ text: string }>('GET', '/v1/audit/records', token)
    return body.text
      .split('\n')
      .filter((line) => line.includes(id))
      .map((line) => JSON.parse(line).record.span.name)
  }

  /** Time passes; the broker first needs some in which it could have heard an agent. */
  const untilCancelled = async (approval: Approval): Promise<void> =>
    await expect
      .poll(
        async () => {
          ahead += 2_000
          return await stateOf(approval)
        },
        { interval: 300, timeout: 20_000 },
      )
      .toBe('cancelled')

  it('is withdrawn when its agent waited and does so no longer, with a record of it', async () => {
    const approval = await request({ attended: true })
    await untilCancelled(approval)
    expect(await eventsOf(approval)).toEqual(['approval.requested', 'approval.withdrawn'])
  })

  it('is withdrawn when the connection of its waiting agent breaks', async () => {
    const approval = await request({ attended: true })
    const gone = new AbortController()
    const waiting = read(approval, '?wait=25', gone.signal).catch(() => null)
    await new Promise((resolve) => setTimeout(resolve, 2000))
    ahead += PAST_ABSENCE_MS
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(await stateOf(approval)).toBe('pending')
    gone.abort()
    await waiting
    await untilCancelled(approval)
  })

  it('stays when its agent said that it does not wait', async () => {
    const approval = await request()
    ahead += PAST_ABSENCE_MS
    await new Promise((resolve) => setTimeout(resolve, 1000))
    expect(await stateOf(approval)).toBe('pending')
  })

  it('stays while the broker is away, and for as long after that as its agent may need to come back', async () => {
    const approval = await request({ attended: true })
    await test.broker.close()
    ahead += 10 * 60_000
    test = await test.another()
    await new Promise((resolve) => setTimeout(resolve, 2500))
    expect(await stateOf(approval, '?wait=0.1')).toBe('pending')
    await untilCancelled(approval)
  })

  it('is filed once when the request is sent again with its key', async () => {
    const key = randomUUID()
    const [first, second] = [await request({ key }), await request({ key })]
    expect(second.id).toBe(first.id)
    expect(await eventsOf(first)).toEqual(['approval.requested'])
    const other = await test.ask(session, statementOf(noteStatement, ['another']), {
      key,
      digest: first.digest,
    })
    expect(codeOf(other)).toBe('ERR_APPROVAL_DIGEST_MISMATCH')
    session = await test.openSession('agent')
    expect((await request({ key })).id).not.toBe(first.id)
  })

  it('is claimed once when the claim is sent again with its key, and by nobody else with it', async () => {
    const approval = await approved()
    const key = randomUUID()
    const first = await claim(approval, key)
    const second = await claim(approval, key)
    expect(second.body.lease?.role).toBe('CLINIC_NOTES_READER')
    expect(second.body.approval.state).toBe('claimed')
    expect((await eventsOf(approval)).filter((name) => name === 'approval.claimed')).toHaveLength(1)
    expect(codeOf(await claim(approval, randomUUID()))).toBe('ERR_APPROVAL_STATE')
    expect(codeOf(await claim(approval))).toBe('ERR_APPROVAL_STATE')
    const other = await test.openSession('agent')
    expect(codeOf(await claim(approval, key, other))).toBe('ERR_APPROVAL_STATE')
    expect(first.status).toBe(200)
    await post(approval, 'settle', { outcome: 'executed', queryId: QUERY_ID })
    expect(codeOf(await claim(approval, key))).toBe('ERR_APPROVAL_STATE')
  })

  it('hands out no credential that outlives it', async () => {
    const approval = await approved()
    ahead += 8 * 60_000
    const { body } = await claim(approval)
    const { exp = 0 } = decodeJwt(body.lease?.token ?? '')
    expect(exp * 1000).toBeLessThanOrEqual(Date.parse(body.approval.validUntil ?? ''))
  })

  it('gets no credential beyond the time of its claim when the claim is sent again', async () => {
    const approval = await approved()
    const key = randomUUID()
    const first = await claim(approval, key)
    const end = Date.parse(first.body.lease?.expiresAt ?? '')
    // Most of the lease is over: the broker waits for the outcome no longer than it lives.
    ahead += 4 * 60_000
    const second = await claim(approval, key)
    expect(second.status).toBe(200)
    const { exp = 0 } = decodeJwt(second.body.lease?.token ?? '')
    // Both are in whole seconds.
    expect(exp * 1000).toBeLessThanOrEqual(end + 1000)
    ahead += 61_000
    expect(codeOf(await claim(approval, key))).toBe('ERR_APPROVAL_STATE')
    expect(await stateOf(approval)).toBe('indeterminate')
  })

  it('is not claimed again after the policy changed', async () => {
    const approval = await approved()
    const key = randomUUID()
    expect((await claim(approval, key)).status).toBe(200)
    const before = await readFile(test.policyFile, 'utf8')
    await writeFile(test.policyFile, `${before}# changed\n`)
    await test.broker.reloadPolicy()
    expect(codeOf(await claim(approval, key))).toBe('ERR_APPROVAL_STATE')
    await writeFile(test.policyFile, before)
    await test.broker.reloadPolicy()
  })

  it('hands out nothing in its last moment, which a credential would outlive', async () => {
    const approval = await approved()
    ahead += Date.parse(approval.validUntil ?? '') - (Date.now() + ahead) - 900
    expect(codeOf(await claim(approval))).toBe('ERR_APPROVAL_STATE')
  })

  it('is settled once when the settlement is sent again, and not in another way', async () => {
    const approval = await approved()
    await claim(approval)
    const settlement = { outcome: 'executed', queryId: QUERY_ID }
    for (const _ of [1, 2]) expect((await post(approval, 'settle', settlement)).body.state).toBe('executed')
    expect((await eventsOf(approval)).filter((name) => name === 'approval.settled')).toHaveLength(1)
    for (const changed of [{ outcome: 'failed' }, { queryId: null }])
      expect(codeOf(await post(approval, 'settle', { ...settlement, ...changed }))).toBe('ERR_APPROVAL_STATE')
  })

  it('can be revoked while a statement runs under it, which its agent is told at once', async () => {
    const approval = await approved()
    await claim(approval)
    const watching = stateOf(approval, '?wait=50&while=claimed')
    expect((await revoke(approval)).body.state).toBe('revoked')
    expect(await watching).toBe('revoked')
    const settled = await post(approval, 'settle', { outcome: 'failed', queryId: QUERY_ID })
    expect(settled.body.state).toBe('revoked')
    expect((await eventsOf(approval)).slice(-2)).toEqual(['approval.revoked', 'approval.settled'])
    const again = await post(approval, 'settle', { outcome: 'executed', queryId: null })
    expect(codeOf(again)).toBe('ERR_APPROVAL_STATE')
  })

  it('is revoked with the session that runs under it', async () => {
    const approval = await approved()
    await claim(approval)
    const operator = await test.issuer.token('operator')
    const path = `/v1/sessions/${session.sessionId}/revoke`
    expect((await test.send('POST', path, operator, { reason: 'compromised' })).status).toBe(204)
    expect(await eventsOf(approval)).toContain('approval.revoked')
  })
})
