import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseExport, parseNoteKey, verifyExport } from '@snowfence/audit'
import { type Approval, type Session, STATEMENTS_HEADER } from '@snowfence/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { BrokerConfigInput } from './config/broker-config.ts'
import { clinicPolicy, noteStatement } from './test-support/clinic.ts'
import { type Postgres, startPostgres } from './test-support/start-postgres.ts'
import {
  digestFor,
  startTestBroker,
  statementOf,
  TEST_KEY,
  type TestBroker,
} from './test-support/start-test-broker.ts'

interface Backend {
  readonly name: string
  /** Whether several brokers can share it. */
  readonly isShared: boolean
  open(): Promise<Partial<BrokerConfigInput>>
  close(): Promise<void>
}

const embedded = (): Backend => {
  let directory: string | undefined
  return {
    name: 'the embedded database',
    isShared: false,
    async open() {
      directory = await mkdtemp(join(tmpdir(), 'snowfence-contract-'))
      const dataDir = join(directory, 'data')
      return { dataDir, encryptionKey: TEST_KEY }
    },
    close: async () => rm(directory ?? '', { recursive: true, force: true }),
  }
}

const postgres = (): Backend => {
  let server: Postgres | undefined
  return {
    name: 'PostgreSQL',
    isShared: true,
    async open() {
      server = await startPostgres()
      return {
        databaseUrl: await server.createDatabase('broker'),
        encryptionKey: Buffer.alloc(32, 3).toString('base64'),
      }
    },
    close: async () => server?.close(),
  }
}

// Two people of two groups, one of them in both; a role that the configuration allows; a window.
const policy = clinicPolicy
  .replace('role: UNCONFIGURED_ROLE', 'role: CLINIC_NOTES_READER')
  .concat(`  - id: window-notes-for-a-while
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select]
    resources: [CLINIC.PUBLIC.WINDOW_NOTES]
    reveal: [note]
    approval: { kind: time-boxed, approvers: { groups: [privacy-office] }, quorum: 1, deadline: 15m, validFor: 10m, role: CLINIC_NOTES_READER }
`)

const codeOf = (answer: { readonly body: unknown }): string =>
  (answer.body as { error: { code: string } }).error.code

describe.each([embedded(), postgres()])('on $name', (backend) => {
  let first: TestBroker
  let test: TestBroker
  let session: Session
  let ahead = 0

  beforeAll(async () => {
    const config = await backend.open()
    first = await startTestBroker({ config, policy, clock: () => new Date(Date.now() + ahead) })
    test = first
    session = await test.openSession('agent')
  })
  afterAll(async () => {
    await test.broker.close()
    await first.close()
    await backend.close()
  })

  const notes = statementOf(noteStatement)
  const sealedNotes = statementOf('select TEXT from CLINIC.PUBLIC.SEALED_NOTES')
  const windowNotes = (id: number) =>
    statementOf(`select TEXT from CLINIC.PUBLIC.WINDOW_NOTES where NOTE_ID = ${id}`)
  const claim = (approval: Approval, broker = test, by = session) =>
    broker.send('POST', `/v1/approvals/${approval.id}/claim`, by.sessionToken, { digest: approval.digest })
  const stateOf = async (approval: Approval, broker = test): Promise<string> =>
    (await broker.send<Approval>('GET', `/v1/approvals/${approval.id}`, session.sessionToken)).body.state
  const eventNames = async (broker = test): Promise<string[]> => {
    const auditor = await test.issuer.token('auditor')
    const { body } = await broker.send<{ text: string }>('GET', '/v1/audit/records', auditor)
    return parseExport(body.text).records.map(({ text }) => JSON.parse(text).span.name)
  }
  const verifyTrail = async (broker = test) => {
    const auditor = await test.issuer.token('auditor')
    const { body } = await broker.send<{ text: string }>('GET', '/v1/audit/records', auditor)
    const key = parseNoteKey((await broker.send<{ text: string }>('GET', '/v1/audit/key', null)).body.text)
    return verifyExport({ ...parseExport(body.text), verify: { key } })
  }

  it('every step of an approval is a record of its own, in order, in a trail that verifies', async () => {
    const approval = (await test.ask(session, notes)).body
    await test.send('GET', `/v1/approvals/${approval.id}`, await test.issuer.token('reviewer'))
    await test.decide('reviewer', approval)
    await claim(approval)
    await test.send('POST', `/v1/approvals/${approval.id}/settle`, session.sessionToken, {
      outcome: 'executed',
      queryId: '01b2c3d4-0000-0000-0000-000000000002',
    })
    expect((await eventNames()).slice(-8)).toEqual([
      'lease.issued',
      'approval.requested',
      'approval.shown',
      'approval.decided',
      'approval.approved',
      'approval.claimed',
      'lease.issued',
      'approval.settled',
    ])
    expect((await verifyTrail()).problems).toEqual([])
  })

  it('a quorum of two needs two people: not one twice, not one for two groups, and not the requester', async () => {
    const approval = (await test.ask(session, sealedNotes, { digest: digestFor(session, sealedNotes) })).body
    expect((await test.decide('reviewer', approval)).body.state).toBe('pending')
    expect(codeOf(await test.decide('reviewer', approval))).toBe('ERR_APPROVAL_STATE')
    expect(codeOf(await test.decide('agent', approval))).toBe('ERR_APPROVAL_NOT_ELIGIBLE')
    expect(await stateOf(approval)).toBe('pending')
    const { body } = await test.decide('second-reviewer', approval)
    expect(body.state).toBe('approved')
    expect(body.decisions.map(({ approver }) => approver.subject)).toEqual(['reviewer', 'second-reviewer'])
  })

  it('a pending request is in the inbox of those who may decide it, and of nobody else', async () => {
    const approval = (await test.ask(session, sealedNotes, { digest: digestFor(session, sealedNotes) })).body
    const inbox = async (token: string) => {
      const { body } = await test.send<{ approvals: Approval[] }>('GET', '/v1/approvals?state=pending', token)
      return body.approvals.some(({ id }) => id === approval.id)
    }
    const other = await test.openSession('second-agent')
    expect(await inbox(session.sessionToken)).toBe(true)
    expect(await inbox(other.sessionToken)).toBe(false)
    for (const client of ['reviewer', 'second-reviewer', 'auditor', 'agent'] as const) {
      expect(await inbox(await test.issuer.token(client)), client).toBe(true)
    }
    for (const client of ['stranger', 'operator', 'second-agent'] as const) {
      expect(await inbox(await test.issuer.token(client)), client).toBe(false)
    }
  })

  it('the record of an approval names everybody who gave it', async () => {
    const approval = (await test.ask(session, sealedNotes, { digest: digestFor(session, sealedNotes) })).body
    await test.decide('second-reviewer', approval)
    await test.decide('reviewer', approval)
    const auditor = await test.issuer.token('auditor')
    const { body } = await test.send<{ text: string }>('GET', '/v1/audit/records', auditor)
    const spans = parseExport(body.text).records.map(({ text }) => JSON.parse(text).span)
    const given = spans.findLast(({ name }) => name === 'approval.approved').attributes
    expect(given['snowfence.approval.id']).toBe(approval.id)
    expect(given['snowfence.approval.approvers'].toSorted()).toEqual(
      ['reviewer', 'second-reviewer'].map((subject) => `${test.issuer.url}#${subject}`),
    )
  })

  it('both of two answers given at the same moment count', async () => {
    const approval = (await test.ask(session, sealedNotes, { digest: digestFor(session, sealedNotes) })).body
    await Promise.all([test.decide('reviewer', approval), test.decide('second-reviewer', approval)])
    expect(await stateOf(approval)).toBe('approved')
  })

  it('a time-boxed approval covers further statements until its window ends, and never longer', async () => {
    const ask = (id: number, by = session) =>
      test.ask(by, windowNotes(id), { digest: digestFor(by, windowNotes(id)) })
    const first = (await ask(1)).body
    expect(first.state).toBe('pending')
    const opened = (await test.decide('reviewer', first)).body
    await claim(opened)
    ahead = 5 * 60_000
    const reconnected = await test.openSession('agent')
    const second = (await ask(2, reconnected)).body
    expect(second).toMatchObject({ state: 'approved', validUntil: opened.validUntil })
    expect(second.decisions).toHaveLength(1)
    expect((await claim(second, test, reconnected)).status).toBe(200)
    expect((await ask(3, await test.openSession('second-agent'))).body.state).toBe('pending')
    const third = (await ask(3)).body
    ahead = 11 * 60_000
    expect(codeOf(await claim(third))).toBe('ERR_APPROVAL_STATE')
    expect((await ask(4)).body.state).toBe('pending')
    ahead = 0
  })

  it('a window that is taken back covers nothing any more', async () => {
    const other = await test.openSession('second-agent')
    const ask = async (id: number) =>
      (await test.ask(other, windowNotes(id), { digest: digestFor(other, windowNotes(id)) })).body
    const opened = (await test.decide('reviewer', await ask(10))).body
    const second = await ask(11)
    expect(second.state).toBe('approved')
    await test.send('POST', `/v1/approvals/${second.id}/revoke`, await test.issuer.token('operator'))
    for (const approval of [opened, second]) {
      expect(codeOf(await claim(approval, test, other))).toBe('ERR_APPROVAL_STATE')
    }
    expect((await ask(12)).state).toBe('pending')
  })

  it('a request that nobody decided ends at its deadline across a restart, once', async () => {
    const approval = (await test.ask(session, notes)).body
    await test.broker.close()
    ahead = 20 * 60_000
    test = await test.another()
    expect(await stateOf(approval)).toBe('expired')
    const ended = (await eventNames()).filter((name) => name === 'approval.expired')
    await test.openSession('agent')
    expect((await eventNames()).filter((name) => name === 'approval.expired')).toHaveLength(ended.length)
    expect((await verifyTrail()).intact).toBe(true)
    ahead = 0
  })

  it('a lease is recorded, its token is not', async () => {
    const auditor = await test.issuer.token('auditor')
    const { body } = await test.send<{ text: string }>('GET', '/v1/audit/records', auditor)
    expect(body.text).toContain(session.lease.id)
    expect(body.text).not.toContain(session.lease.token)
    expect(body.text).not.toContain(session.sessionToken)
  })

  if (!backend.isShared) return

  describe('with two replicas', () => {
    let replica: TestBroker

    beforeAll(async () => {
      replica = await test.another()
      session = await test.openSession('agent')
    })
    afterAll(() => replica.broker.close())

    it('a session of one is a session of the other, with the same keys', async () => {
      const renewed = await replica.renew('agent', session)
      expect(renewed.status).toBe(200)
      const keys = async (broker: TestBroker) => (await broker.send('GET', '/jwks.json', null)).body
      expect(await keys(replica)).toEqual(await keys(test))
    })

    it('an approval is claimed once, however many claim it on both at the same time', async () => {
      const approval = (await test.ask(session, notes)).body
      await replica.decide('reviewer', approval)
      const answers = await Promise.all(
        Array.from({ length: 16 }, (_, index) => claim(approval, index % 2 === 0 ? test : replica)),
      )
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    })

    it('whoever waits at one is told of the answer that was given at the other', async () => {
      const approval = (await test.ask(session, notes)).body
      const path = `/v1/approvals/${approval.id}?wait=50`
      const waiting = test.send<Approval>('GET', path, session.sessionToken)
      await replica.decide('reviewer', approval, 'reject')
      expect((await waiting).body.state).toBe('rejected')
    })

    it('a stream at one hears of a revocation at the other', async () => {
      const revoked = await test.openSession('agent')
      const response = await fetch(`${test.broker.address}/v1/sessions/${revoked.sessionId}/events`, {
        headers: { authorization: `Bearer ${revoked.sessionToken}` },
      })
      const path = `/v1/sessions/${revoked.sessionId}/revoke`
      await replica.send('POST', path, await test.issuer.token('operator'), { reason: 'at the other' })
      expect(await response.text()).toContain('"reason":"at the other"')
    })

    it('records of both are in one tree', async () => {
      const sessions = await Promise.all(
        Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? test : replica).openSession('agent')),
      )
      expect(new Set(sessions.map(({ sessionId }) => sessionId)).size).toBe(12)
      const report = await verifyTrail(replica)
      expect(report.problems).toEqual([])
      expect(report.records).toBe(report.sealed)
    })

    it('statements at one count at the other', async () => {
      const counting = await test.openSession('second-agent')
      let spans = 0
      const judge = async (broker: TestBroker, decision = 'allow'): Promise<number> => {
        spans += 1
        const text = (key: string, value: string) => ({ key, value: { stringValue: value } })
        const attributes = [
          text('snowfence.span', 'authorize'),
          text('snowfence.session.id', counting.sessionId),
          text('snowfence.decision', decision),
          { key: 'snowfence.schema.version', value: { intValue: 1 } },
        ]
        const id = spans.toString(16)
        const span = {
          traceId: id.padStart(32, 'c'),
          spanId: id.padStart(16, 'd'),
          name: 'authorize',
          kind: 1,
          attributes,
        }
        const answer = await broker.send('POST', '/v1/traces', counting.sessionToken, {
          resourceSpans: [{ resource: { attributes: [] }, scopeSpans: [{ spans: [span] }] }],
        })
        expect(answer.status).toBe(200)
        return Number(answer.headers.get(STATEMENTS_HEADER))
      }
      expect([await judge(test), await judge(test), await judge(test, 'deny')]).toEqual([1, 2, 2])
      // A denial asks without adding: until the other has heard of two.
      await expect.poll(async () => await judge(replica, 'deny'), { timeout: 10_000, interval: 100 }).toBe(2)
      expect(await judge(replica)).toBe(3)
      await expect.poll(async () => await judge(test, 'deny'), { timeout: 10_000, interval: 100 }).toBe(3)
    })

    it('the end of one leaves a claim of the other alone', async () => {
      const approval = (await test.ask(session, notes)).body
      await test.decide('reviewer', approval)
      await claim(approval)
      const third = await test.another()
      expect(await stateOf(approval, third)).toBe('claimed')
      await third.broker.close()
      expect(await stateOf(approval)).toBe('claimed')
    })
  })

  it('nothing is handed out while the database is gone, and the answer says so', async () => {
    await backend.close()
    const ready = await test.send('GET', '/readyz', null)
    expect(ready.status).toBe(503)
    const renewal = await test.renew('agent', session)
    expect(renewal.status).toBe(503)
    expect(codeOf(renewal)).toBe('ERR_BROKER_DATABASE_UNREACHABLE')
  })
})
