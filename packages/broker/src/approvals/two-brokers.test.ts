import { randomUUID } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Approval, ClaimApprovalResponse, Session } from '@snowfence/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noteStatement } from '../test-support/clinic.ts'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import { startTestBroker, statementOf, TEST_KEY, type TestBroker } from '../test-support/start-test-broker.ts'

describe('approvals of two brokers on one PostgreSQL', () => {
  let server: Postgres
  let one: TestBroker
  let two: TestBroker
  let database: pg.Client
  beforeAll(async () => {
    server = await startPostgres()
    const databaseUrl = await server.createDatabase('broker')
    one = await startTestBroker({ config: { databaseUrl, encryptionKey: TEST_KEY } })
    two = await one.another()
    database = new pg.Client({ connectionString: databaseUrl })
    await database.connect()
  })
  afterAll(async () => {
    await database.end()
    await two.close()
    await one.close()
    await server.close()
  })

  const approved = async (session: Session, by: 'reviewer' | 'second-reviewer' = 'reviewer') => {
    const { body } = await one.ask(session, statementOf(noteStatement))
    return (await one.decide(by, body)).body
  }
  const claim = (at: TestBroker, session: Session, { id, digest }: Approval, key?: string) =>
    at.send<ClaimApprovalResponse & { error?: { code: string; details?: object } }>(
      'POST',
      `/v1/approvals/${id}/claim`,
      session.sessionToken,
      { digest, key },
    )
  const act = async (action: 'revoke' | 'restore', subject: string) =>
    two.send('POST', `/v1/principals/${action}`, await one.issuer.token('operator'), {
      issuer: one.issuer.url,
      subject,
      reason: 'a drill',
    })
  /** Its requests that are pending end with it: a principal may have few. */
  const close = ({ sessionId, sessionToken }: Session) =>
    one.send('DELETE', `/v1/sessions/${sessionId}`, sessionToken)
  const stateOf = async ({ id }: Approval): Promise<string> => {
    const { rows } = await database.query('select state from approvals where id = $1', [id])
    return rows[0].state
  }

  it('are not claimed while somebody who approved is revoked, though it was approved before', async () => {
    const session = await one.openSession('agent')
    const approval = await approved(session)
    expect((await act('revoke', 'reviewer')).status).toBe(200)
    const refused = await claim(one, session, approval)
    expect(refused).toMatchObject({
      status: 409,
      body: { error: { code: 'ERR_APPROVAL_STATE', details: { reason: 'approver-revoked' } } },
    })
    expect(await stateOf(approval)).toBe('approved')
    await act('restore', 'reviewer')
    const key = randomUUID()
    expect((await claim(one, session, approval, key)).status).toBe(200)
    await act('revoke', 'reviewer')
    expect((await claim(two, session, approval, key)).status).toBe(409)
    await act('restore', 'reviewer')
  })

  it('are not running when the session was revoked at the other broker while it claimed', async () => {
    for (let round = 0; round < 12; round += 1) {
      const session = await one.openSession('agent')
      const approval = await approved(session)
      const revoking = async () =>
        two.send('POST', `/v1/sessions/${session.sessionId}/revoke`, await one.issuer.token('operator'), {
          reason: 'a drill',
        })
      const [claimed, revoked] = await Promise.all([claim(one, session, approval), revoking()])
      expect([200, 401]).toContain(claimed.status)
      expect(revoked.status).toBe(204)
      expect(await stateOf(approval)).toBe('revoked')
    }
  })

  it('are claimed or their approver is revoked, when both happen at the same moment', async () => {
    for (let round = 0; round < 12; round += 1) {
      const session = await one.openSession('agent')
      const approval = await approved(session, 'second-reviewer')
      const key = randomUUID()
      const [claimed, revoked] = await Promise.all([
        claim(one, session, approval, key),
        act('revoke', 'second-reviewer'),
      ])
      expect([200, 409]).toContain(claimed.status)
      expect(revoked.status).toBe(200)
      expect((await claim(two, session, approval, key)).status).toBe(409)
      await act('restore', 'second-reviewer')
    }
  })

  it('are claimed once when both brokers get the same claim, each with its own key', async () => {
    for (let round = 0; round < 10; round += 1) {
      const session = await one.openSession('agent')
      const approval = await approved(session)
      const answers = await Promise.all(
        [one, two, one, two].map((at) => claim(at, session, approval, randomUUID())),
      )
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
    }
  })

  it('are filed once when both brokers get the same request at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const session = await one.openSession('agent')
      const key = randomUUID()
      const answers = await Promise.all(
        [one, two, one, two].map((at) => at.ask(session, statementOf(noteStatement), { key })),
      )
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201])
      expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1)
      await close(session)
    }
  })

  it('count one answer of a person who answers at both brokers at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const session = await one.openSession('agent')
      const { body: approval } = await one.ask(session, statementOf(noteStatement))
      await database.query(
        `update approvals set requirement = jsonb_set(requirement, '{quorum}', '2') where id = $1`,
        [approval.id],
      )
      const answers = await Promise.all(
        [one, two, one, two].map((at, index) =>
          at.decide('reviewer', approval, index === 3 ? 'reject' : 'approve'),
        ),
      )
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409])
      const { rows } = await database.query('select 1 from approval_decisions where approval_id = $1', [
        approval.id,
      ])
      expect(rows).toHaveLength(1)
      expect(['pending', 'rejected']).toContain(await stateOf(approval))
      await close(session)
    }
  })

  it('have one end, whatever both brokers are told of it at the same moment', async () => {
    for (let round = 0; round < 10; round += 1) {
      const session = await one.openSession('agent')
      const approval = await approved(session)
      const post = (at: TestBroker, action: string, body: unknown) =>
        at.send('POST', `/v1/approvals/${approval.id}/${action}`, session.sessionToken, body)
      const [claimed, cancelled] = await Promise.all([claim(one, session, approval), post(two, 'cancel', {})])
      const winners = [claimed.status < 300, cancelled.status < 300].filter(Boolean)
      expect(winners, `${claimed.status} ${cancelled.status}`).toHaveLength(1)
      if (claimed.status !== 200) continue
      const settled = await Promise.all([
        post(one, 'settle', { outcome: 'executed', queryId: null }),
        post(two, 'settle', { outcome: 'failed', queryId: null }),
      ])
      expect(settled.map(({ status }) => status).sort()).toEqual([200, 409])
    }
  })

  it('are not claimed at either broker once one of them has another policy', async () => {
    const session = await one.openSession('agent')
    const approval = await approved(session)
    const policy = join(one.directory, 'other.yaml')
    await writeFile(policy, `${await readFile(one.policyFile, 'utf8')}# changed\n`)
    const three = await one.another({ policy })
    try {
      for (const at of [three, one, two]) expect((await claim(at, session, approval)).status).toBe(409)
    } finally {
      await three.close()
    }
  })

  it('end the streams of a session that the other broker revokes, and let no session have many', async () => {
    const session = await one.openSession('agent')
    const ended: number[] = []
    const streams = await Promise.all(
      Array.from({ length: 40 }, async (_, index) => {
        const response = await fetch(`${one.broker.address}/v1/sessions/${session.sessionId}/events`, {
          headers: { authorization: `Bearer ${session.sessionToken}` },
        })
        const text = response.text().then(
          (all) => {
            ended.push(index)
            return all
          },
          () => '',
        )
        return { status: response.status, text }
      }),
    )
    await expect.poll(() => ended.length, { timeout: 10_000 }).toBeGreaterThanOrEqual(30)
    await two.send('POST', `/v1/sessions/${session.sessionId}/revoke`, await one.issuer.token('operator'), {
      reason: 'a drill',
    })
    const texts = await Promise.all(streams.map(({ text }) => text))
    expect(texts.filter((text) => text.includes('session.revoked')).length).toBeGreaterThan(0)
  })
})
