import type { RevokedPrincipals, RevokePrincipalResponse, Session } from '@snowfence/core'
import pg from 'pg'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createSealer } from '../keys/sealer.ts'
import { noteStatement } from '../test-support/clinic.ts'
import { type Postgres, startPostgres } from '../test-support/start-postgres.ts'
import { startTestBroker, statementOf, TEST_KEY, type TestBroker } from '../test-support/start-test-broker.ts'

const foreignSealer = createSealer(Buffer.alloc(32, 200))

/** What befalls a row: each statement changes the row with the id `$1`. */
const damages = {
  'a text that nothing sealed': `update sessions set sealed_agent = 'v1.x.y.z' where id = $1`,
  'groups that are no list': `update sessions set groups = '{"a":1}' where id = $1`,
  'former groups that are no list': `update sessions set former_groups = '7' where id = $1`,
  'people that are no list': `update sessions set people = 'null' where id = $1`,
  'people who have no name': `update sessions set people = '[{"issuer":1}]' where id = $1`,
}

describe('sessions of a principal, some of them with damaged rows', () => {
  let server: Postgres
  let test: TestBroker
  let database: pg.Client
  beforeAll(async () => {
    server = await startPostgres()
    const databaseUrl = await server.createDatabase('broker')
    test = await startTestBroker({ config: { databaseUrl, encryptionKey: TEST_KEY } })
    database = new pg.Client({ connectionString: databaseUrl })
    await database.connect()
  })
  afterAll(async () => {
    await database.end()
    await test.close()
    await server.close()
  })
  beforeEach(async () => {
    await database.query('update sessions set ended_at = now() where ended_at is null')
    await act('restore')
  })

  const act = async (action: 'revoke' | 'restore') =>
    test.send<RevokePrincipalResponse>(
      'POST',
      `/v1/principals/${action}`,
      await test.issuer.token('operator'),
      { issuer: test.issuer.url, subject: 'agent', reason: 'a drill' },
    )
  const endOf = async ({ sessionId }: Session): Promise<string | null> => {
    const { rows } = await database.query('select end_kind from sessions where id = $1', [sessionId])
    return rows[0].end_kind
  }
  const openThree = async (): Promise<[Session, Session, Session]> => {
    const opened: Session[] = []
    for (let count = 0; count < 3; count += 1) opened.push(await test.openSession('agent'))
    // In the order in which the broker ends them.
    return opened.sort((left, right) => (left.sessionId < right.sessionId ? -1 : 1)) as [
      Session,
      Session,
      Session,
    ]
  }

  it.each(Object.keys(damages) as (keyof typeof damages)[])(
    'that ended: the agent with %s is told that its session is over, and not of the damage',
    async (damage) => {
      const session = await test.openSession('agent')
      await database.query(damages[damage], [session.sessionId])
      const write = () => test.send('POST', '/v1/traces', session.sessionToken, { resourceSpans: [] })
      expect(await write()).toMatchObject({
        status: 503,
        body: { error: { code: 'ERR_BROKER_ROW_DAMAGED' } },
      })
      const operator = await test.issuer.token('operator')
      const path = `/v1/sessions/${session.sessionId}/revoke`
      expect((await test.send('POST', path, operator, { reason: 'a drill' })).status).toBe(204)
      expect(await write()).toMatchObject({ status: 401, body: { error: { code: 'ERR_SESSION_NOT_FOUND' } } })
    },
  )

  it.each(Object.keys(damages) as (keyof typeof damages)[])(
    'all end with its revocation, and the operator is told of the one with %s',
    async (damage) => {
      const sessions = await openThree()
      const [damaged] = sessions
      const { body: approval } = await test.ask(damaged, statementOf(noteStatement, [damage]))
      await database.query(damages[damage], [damaged.sessionId])
      const { status, body } = await act('revoke')
      expect(status).toBe(200)
      expect(body.sessions).toEqual(sessions.map(({ sessionId }) => sessionId))
      expect(body.unreadable).toEqual([damaged.sessionId])
      expect(await Promise.all(sessions.map(endOf))).toEqual(['revoked', 'revoked', 'revoked'])
      const { rows } = await database.query('select state from approvals where id = $1', [approval.id])
      expect(rows).toEqual([{ state: 'cancelled' }])
    },
  )

  it('all end with its revocation, though one was sealed under another key', async () => {
    const sessions = await openThree()
    const [, foreign] = sessions
    const sealed = foreignSealer.seal('{"id":"a"}', `session-agent:${foreign.sessionId}`)
    await database.query('update sessions set sealed_agent = $2 where id = $1', [foreign.sessionId, sealed])
    const { body } = await act('revoke')
    expect(body.unreadable).toEqual([foreign.sessionId])
    expect(body.sessions).toHaveLength(3)
  })

  it('end but for the one whose row the database does not change, and the operator is told which', async () => {
    const sessions = await openThree()
    const [stuck] = sessions
    await database.query(`
      create function refuse_change() returns trigger language plpgsql as $$
      begin raise exception 'invalid page' using errcode = 'XX001'; end $$`)
    await database.query(`
      create trigger refuse_change before update on sessions
      for each row when (old.id = '${stuck.sessionId}') execute function refuse_change()`)
    const { status, body } = await act('revoke')
    await database.query('drop trigger refuse_change on sessions; drop function refuse_change')
    expect(status).toBe(200)
    expect(body.unreadable).toEqual([stuck.sessionId])
    expect(body.sessions).toEqual(sessions.slice(1).map(({ sessionId }) => sessionId))
    expect(await Promise.all(sessions.map(endOf))).toEqual([null, 'revoked', 'revoked'])
  })

  it('end one by one, too', async () => {
    const session = await test.openSession('agent')
    await database.query(damages['a text that nothing sealed'], [session.sessionId])
    const path = `/v1/sessions/${session.sessionId}/revoke`
    const answer = await test.send('POST', path, await test.issuer.token('operator'), { reason: 'a drill' })
    expect(answer.status).toBe(204)
    expect(await endOf(session)).toBe('revoked')
  })

  it('leave the list of revocations readable when the reason of one is damaged', async () => {
    await act('revoke')
    await database.query(`update revocations set sealed_reason = 'x' where restored_at is null`)
    const { status, body } = await test.send<RevokedPrincipals>(
      'GET',
      '/v1/principals/revoked',
      await test.issuer.token('operator'),
    )
    expect(status).toBe(200)
    expect(body.revoked).toMatchObject([{ subject: 'agent', reason: '' }])
  })
})
