import { setTimeout } from 'node:timers/promises'
import type { Session } from '@snowfence/core'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Postgres, startPostgres } from './test-support/start-postgres.ts'
import { startTestBroker, TEST_KEY, type TestBroker } from './test-support/start-test-broker.ts'

const DATABASE = 'followed'

describe('a replica that is told of a revocation', () => {
  let server: Postgres
  let client: pg.Client
  let first: TestBroker
  let second: TestBroker

  beforeAll(async () => {
    server = await startPostgres()
    await server.query(`create role second login password 'secret'`)
    const address = new URL(await server.createDatabase(DATABASE))
    first = await startTestBroker({ config: { databaseUrl: address.href, encryptionKey: TEST_KEY } })
    client = new pg.Client({ connectionString: address.href })
    await client.connect()
    await client.query('grant all on all tables in schema public to second')
    await client.query('grant all on schema public to second')
    address.username = 'second'
    address.password = 'secret'
    second = await first.another({ databaseUrl: address.href })
  }, 120_000)
  afterAll(async () => {
    await second.close()
    await client.end()
    await first.close()
    await server.close()
  })

  /** Opens the event stream of a new session at the second replica. Gives what came over it so far. */
  const follow = async () => {
    const session = await first.openSession('agent')
    const answer = await fetch(`${second.broker.address}/v1/sessions/${session.sessionId}/events`, {
      headers: { authorization: `Bearer ${session.sessionToken}` },
    })
    expect(answer.status).toBe(200)
    let received = ''
    const reading = (async () => {
      for await (const chunk of answer.body ?? []) received += Buffer.from(chunk).toString()
    })().catch(() => undefined)
    // A stream asks once more for its session when it listens. Look-ups take their turn, so this one is answered after it.
    await second.send('GET', '/v1/approvals', session.sessionToken)
    return { session, reading, received: () => received }
  }
  /** On a loaded machine the database may take longer than a request may wait for it; clients then ask again. */
  const openStream = async (session: Pick<Session, 'sessionId' | 'sessionToken'>): Promise<Response> => {
    for (;;) {
      const answer = await fetch(`${second.broker.address}/v1/sessions/${session.sessionId}/events`, {
        headers: { authorization: `Bearer ${session.sessionToken}` },
      })
      if (answer.status !== 503) return answer
      expect(await answer.json()).toMatchObject({ error: { code: 'ERR_BROKER_DATABASE_UNREACHABLE' } })
      await setTimeout(1000)
    }
  }
  /** The same for a revocation. After a lost answer the session may have ended already. */
  const revokeOnce = async (id: string, token: string): Promise<void> => {
    for (let expected = [204]; ; expected = [204, 404]) {
      const { status, body } = await first.send('POST', `/v1/sessions/${id}/revoke`, token, {
        reason: 'a test',
      })
      if (status !== 503) return expect(expected).toContain(status)
      expect(body).toMatchObject({ error: { code: 'ERR_BROKER_DATABASE_UNREACHABLE' } })
      await setTimeout(1000)
    }
  }
  const revoke = async (id: string): Promise<void> => {
    const answer = await first.send(
      'POST',
      `/v1/sessions/${id}/revoke`,
      await first.issuer.token('operator'),
      {
        reason: 'the laptop was stolen',
      },
    )
    expect(answer.status).toBe(204)
  }

  it('and cannot read it passes it on as soon as it can, though its connection was never lost', async () => {
    const { session, received } = await follow()
    await client.query('listen snowfence_changes')
    await client.query('revoke select on sessions from second')
    await revoke(session.sessionId)
    // The second replica was told when this is answered, and has asked in vain.
    await second.send('GET', '/v1/approvals', session.sessionToken)
    await setTimeout(300)
    expect(received()).not.toContain('session.revoked')
    await client.query('grant select on sessions to second')
    await expect.poll(received, { timeout: 30_000 }).toContain('session.revoked')
  }, 60_000)

  it('while a stream of the session begins leaves no stream that knows nothing of it', async () => {
    const sessions = await Promise.all(Array.from({ length: 60 }, () => first.openSession('agent')))
    const token = await first.issuer.token('operator')
    const streams = sessions.map(async ({ sessionId, sessionToken }, index) => {
      const revoking = revokeOnce(sessionId, token)
      await setTimeout(index)
      const answer = await openStream({ sessionId, sessionToken })
      await revoking
      // Ends when the replica has told of the end, or the stream is cut for it.
      await answer.text()
      return answer.status
    })
    for (const status of await Promise.all(streams)) expect([200, 401]).toContain(status)
  }, 60_000)

  it('passes it on, though the reason cannot be opened', async () => {
    const { session, received } = await follow()
    await client.query(
      `create function spoil() returns trigger language plpgsql as $$
        begin new.sealed_end_reason := 'not what was sealed'; return new; end $$`,
    )
    await client.query('create trigger spoil before update on sessions for each row execute function spoil()')
    await revoke(session.sessionId)
    await expect.poll(received, { timeout: 30_000 }).toContain('session.revoked')
  }, 60_000)
})
