import { readFile } from 'node:fs/promises'
import type { Approval, RevokedPrincipals, Session } from '@snowfence/core'
import Fastify from 'fastify'
import pg from 'pg'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { damagedRow } from './database/damaged-row.ts'
import { logFailure } from './http/log-failure.ts'
import { noteStatement } from './test-support/clinic.ts'
import { type Postgres, startPostgres } from './test-support/start-postgres.ts'
import { startTestBroker, statementOf, TEST_KEY, type TestBroker } from './test-support/start-test-broker.ts'

const isDamaged = { status: 503, body: { error: { code: 'ERR_BROKER_ROW_DAMAGED' } } }

/** Lists of people that the broker never stores, and that keep nobody out: also those without the row's own principal. */
const damagedPeople = [
  '[]',
  'null',
  '{}',
  '7',
  '[null]',
  '[{"issuer":1}]',
  '[{"issuer":"a","subject":"b","person":null}]',
]

describe('a damaged row', () => {
  let server: Postgres
  let test: TestBroker
  let database: pg.Client
  beforeAll(async () => {
    server = await startPostgres()
    const databaseUrl = await server.createDatabase('damaged')
    test = await startTestBroker({ config: { databaseUrl, encryptionKey: TEST_KEY } })
    database = new pg.Client({ connectionString: databaseUrl })
    await database.connect()
  })
  afterAll(async () => {
    await database.end()
    await test.close()
    await server.close()
  })
  afterEach(async () => {
    for (const table of ['approval_views', 'approval_decisions', 'approvals', 'revocations'])
      await database.query(`delete from ${table}`)
  })

  const damage = (table: string, column: string, id: string, value: string | null) =>
    database.query(
      `update ${table} set ${column} = $2 where ${table === 'approval_decisions' ? 'approval_id' : 'id'} = $1`,
      [id, value],
    )
  const asOperator = async (path: string, body?: unknown) =>
    test.send('POST', path, await test.issuer.token('operator'), body)
  const open = async (client: 'agent' | 'second-agent') =>
    test.send('POST', '/v1/sessions', await test.issuer.token(client), {
      purpose: 'HOPERAT',
      agent: { id: 'readmissions-bot' },
      client: { name: 'test', version: '0' },
      snowflake: { account: 'acme-clinic' },
    })
  const ask = async (): Promise<{ session: Session; approval: Approval }> => {
    const session = await test.openSession('agent')
    const { body } = await test.ask(session, statementOf(noteStatement), { reason: 'weekly review' })
    return { session, approval: body }
  }
  const claim = (session: Session, { id, digest }: Approval) =>
    test.send('POST', `/v1/approvals/${id}/claim`, session.sessionToken, { digest })
  const stateOf = async (id: string): Promise<string> =>
    (await database.query('select state from approvals where id = $1', [id])).rows[0].state
  const needTwo = (id: string) =>
    database.query(
      `update approvals set requirement = jsonb_set(requirement, '{quorum}', '2') where id = $1`,
      [id],
    )

  describe('of a revocation', () => {
    const agent = () => ({ issuer: test.issuer.url, subject: 'agent', reason: 'a drill' })

    const listed = async () => {
      const token = await test.issuer.token('operator')
      return test.send<RevokedPrincipals>('GET', '/v1/principals/revoked', token)
    }

    it.each(damagedPeople)('is for its principal alone while its people are %s', async (people) => {
      const before = await test.openSession('agent')
      await asOperator('/v1/principals/revoke', agent())
      await database.query('update revocations set people = $1', [people])
      expect(await open('agent')).toMatchObject({
        status: 403,
        body: { error: { code: 'ERR_PRINCIPAL_REVOKED' } },
      })
      expect((await open('second-agent')).status).toBe(201)
      expect((await test.renew('agent', before)).status).toBe(401)
      const { status, body } = await listed()
      expect([status, body.revoked]).toMatchObject([200, [{ subject: 'agent', isDamaged: true }]])
      const { rows } = await database.query('select people from revocations')
      expect(rows[0].people, 'not written over').toEqual(JSON.parse(people))
      expect((await asOperator('/v1/principals/restore', agent())).body).toEqual({ restored: true })
      expect((await open('agent')).status).toBe(201)
    })

    it('is whole again when an operator revokes its principal once more', async () => {
      await asOperator('/v1/principals/revoke', agent())
      await database.query(`update revocations set people = '[null]'`)
      expect((await asOperator('/v1/principals/revoke', { ...agent(), person: 'Ann' })).status).toBe(200)
      const { body } = await listed()
      expect(body.revoked).toMatchObject([{ subject: 'agent', isDamaged: false, people: ['ann'] }])
      expect((await open('agent')).status).toBe(403)
    })

    it('is for those of its people, too, whose names can be read', async () => {
      await asOperator('/v1/principals/revoke', agent())
      const second = { issuer: test.issuer.url, subject: 'second-agent', person: null }
      await database.query('update revocations set people = $1', [JSON.stringify([null, second])])
      for (const client of ['agent', 'second-agent'] as const)
        expect((await open(client)).body).toMatchObject({ error: { code: 'ERR_PRINCIPAL_REVOKED' } })
    })

    it('that names nobody keeps everybody out, until an operator lifts it by its id', async () => {
      await asOperator('/v1/principals/revoke', agent())
      await database.query(`update revocations set people = '[]', issuer = '', subject = ''`)
      for (const client of ['agent', 'second-agent'] as const)
        expect(await open(client)).toMatchObject(isDamaged)
      expect(await test.send('GET', '/v1/approvals', await test.issuer.token('reviewer'))).toMatchObject(
        isDamaged,
      )
      const lift = async (client: 'agent' | 'operator', id: string) =>
        test.send('POST', '/v1/principals/restore', await test.issuer.token(client), { id, reason: 'mended' })
      const [row] = (await listed()).body.revoked
      expect(row).toMatchObject({ issuer: '', subject: '', isDamaged: true })
      expect((await lift('agent', row?.id ?? '')).status).toBe(403)
      expect((await lift('operator', row?.id ?? '')).body).toEqual({ restored: true })
      expect((await open('second-agent')).status).toBe(201)
    })

    it('is written again by the SQL that docs/broker.md shows', async () => {
      const docs = await readFile(new URL('../../../docs/broker.md', import.meta.url), 'utf8')
      const statement = /^UPDATE revocations SET people = .*$/m.exec(docs)?.[0] ?? ''
      await asOperator('/v1/principals/revoke', agent())
      const { rows } = await database.query(`update revocations set people = '{}' returning id`)
      await database.query(statement.replace("'ID'", `'${rows[0].id}'`))
      expect((await listed()).body.revoked).toMatchObject([{ subject: 'agent', isDamaged: false }])
      expect((await open('agent')).status).toBe(403)
    })

    it.each(['null', '7', '{"issuer":1}'])('is listed where it says %s for who revoked', async (actor) => {
      await asOperator('/v1/principals/revoke', agent())
      await database.query('update revocations set revoked_by = $1', [actor])
      const { status, body } = await test.send<RevokedPrincipals>(
        'GET',
        '/v1/principals/revoked',
        await test.issuer.token('operator'),
      )
      expect(status).toBe(200)
      expect(body.revoked).toMatchObject([{ subject: 'agent', revokedBy: null }])
    })
  })

  describe('of a session', () => {
    it.each([
      ...damagedPeople.map((people) => ['people', people] as const),
      ['groups', '7'],
      ['groups', '["clinic-agents",1]'],
      ['former_groups', '{}'],
      ['claims', 'null'],
      ['claims', '[]'],
      ['sealed_agent', 'x'],
    ] as const)('ends the use of the session, with %s = %s, until it is revoked', async (column, value) => {
      const session = await test.openSession('agent')
      await damage('sessions', column, session.sessionId, value)
      expect(await test.ask(session, statementOf(noteStatement))).toMatchObject(isDamaged)
      expect(await test.renew('agent', session)).toMatchObject(isDamaged)
      const revoked = await asOperator(`/v1/sessions/${session.sessionId}/revoke`, { reason: 'damaged' })
      expect(revoked.status).toBe(204)
    })
  })

  describe('of a session of somebody who is revoked', () => {
    const revoke = async (client: string) =>
      (
        await test.send<{ sessions: string[]; unreadable: string[] }>(
          'POST',
          '/v1/principals/revoke',
          await test.issuer.token('operator'),
          { issuer: test.issuer.url, subject: client, reason: 'a drill' },
        )
      ).body

    it.each(['somebody else alone', 'somebody else first', 'nobody'])(
      'revokes nobody else, and ends: its people name %s',
      async (named) => {
        const sound = await test.openSession('second-agent')
        const damaged = await test.openSession('agent')
        const [own, other] = ['agent', 'second-agent'].map((subject) => ({
          issuer: test.issuer.url,
          subject,
          person: null,
        }))
        const people = { 'somebody else alone': [other], 'somebody else first': [other, own], nobody: [] }[
          named
        ]
        await damage('sessions', 'people', damaged.sessionId, JSON.stringify(people))
        const { sessions, unreadable } = await revoke('agent')
        expect(sessions).toContain(damaged.sessionId)
        expect(sessions).not.toContain(sound.sessionId)
        expect(unreadable).toEqual([damaged.sessionId])
        expect((await open('second-agent')).status).toBe(201)
        expect((await open('agent')).status).toBe(403)
      },
    )

    it('does not hinder the sessions whose tokens are looked up at the same moment', async () => {
      const sessions = [await test.openSession('agent'), await test.openSession('second-agent')]
      await damage('sessions', 'people', sessions[0]?.sessionId ?? '', '[]')
      const statuses = await Promise.all(
        [...sessions, ...sessions, ...sessions].map(
          async ({ sessionToken }) => (await test.send('GET', '/v1/approvals', sessionToken)).status,
        ),
      )
      expect(statuses).toEqual([503, 200, 503, 200, 503, 200])
    })
  })

  describe('of a request', () => {
    const damages = [
      ...damagedPeople.map((people) => ['requester_people', people] as const),
      ['requirement', '{}'],
      ['requirement', 'null'],
      ['requirement', '{"approverGroups":5}'],
      ['requirement', '{"approverGroups":["privacy-office"],"quorum":null}'],
      ['reads', '7'],
      ['classified_columns', '{}'],
      ['sealed_reason', 'x'],
      ['sealed_agent_task', 'x'],
      ['sealed_statement', 'x'],
      ['sealed_statement', null],
    ] as const

    it.each(damages)(
      'is neither decided nor shown nor in the way of others: %s = %s',
      async (column, value) => {
        const { approval } = await ask()
        const { approval: sound } = await ask()
        await damage('approvals', column, approval.id, value)
        const reviewer = await test.issuer.token('reviewer')
        expect(await test.send('GET', `/v1/approvals/${approval.id}`, reviewer)).toMatchObject(isDamaged)
        const { body: inbox } = await test.send<{ approvals: Approval[] }>(
          'GET',
          '/v1/approvals?state=pending',
          reviewer,
        )
        const isListed = column === 'sealed_statement'
        expect(inbox.approvals.map(({ id }) => id).sort()).toEqual(
          (isListed ? [approval.id, sound.id] : [sound.id]).sort(),
        )
        expect(await test.decide('reviewer', approval)).toMatchObject(isDamaged)
        expect(await stateOf(approval.id)).toBe('pending')
        const { rows } = await database.query('select 1 from approval_views where approval_id = $1', [
          approval.id,
        ])
        expect(rows, 'shown to somebody').toEqual([])
        expect((await test.decide('reviewer', sound)).status).toBe(200)
      },
    )

    it.each(damages.filter(([column]) => column !== 'sealed_statement'))(
      'is not claimed when it was approved before, and is taken back: %s = %s',
      async (column, value) => {
        const { session, approval } = await ask()
        await test.decide('reviewer', approval)
        await damage('approvals', column, approval.id, value)
        expect(await claim(session, approval)).toMatchObject(isDamaged)
        expect(await stateOf(approval.id)).toBe('approved')
        await asOperator(`/v1/approvals/${approval.id}/revoke`, { reason: 'damaged' })
        expect(await stateOf(approval.id)).toBe('revoked')
      },
    )

    it('is approved by nobody who asked for it', async () => {
      const session = await test.openSession('agent-and-reviewer')
      const { body: approval } = await test.ask(session, statementOf(noteStatement))
      expect((await test.decide('agent-and-reviewer', approval)).status).toBe(403)
      await damage('approvals', 'requester_people', approval.id, '[]')
      expect(await test.decide('agent-and-reviewer', approval)).toMatchObject(isDamaged)
      expect(await stateOf(approval.id)).toBe('pending')
    })
  })

  describe('of an answer to a request', () => {
    it.each([
      ...damagedPeople.map((people) => ['people', people] as const),
      ['sealed_comment', 'x'],
    ] as const)('does not count: %s = %s', async (column, value) => {
      const { approval } = await ask()
      await needTwo(approval.id)
      expect((await test.decide('reviewer', approval)).body.state).toBe('pending')
      await damage('approval_decisions', column, approval.id, value)
      expect(await test.decide('reviewer', approval)).toMatchObject(isDamaged)
      expect(await test.decide('second-reviewer', approval)).toMatchObject(isDamaged)
      expect(await stateOf(approval.id)).toBe('pending')
    })
  })

  it('of the head of the trail is told as a damaged trail, and nothing is handed out', async () => {
    const { rows } = await database.query('select size from tree_head')
    await database.query('delete from tree_head')
    const damaged = { status: 503, body: { error: { code: 'ERR_AUDIT_STORE_CORRUPT' } } }
    expect(await open('agent')).toMatchObject(damaged)
    const auditor = await test.issuer.token('auditor')
    for (const path of ['/v1/audit/records', '/v1/audit/checkpoint'])
      expect(await test.send('GET', path, auditor)).toMatchObject(damaged)
    await database.query('insert into tree_head (id, size) values (1, $1)', [rows[0].size])
    expect((await open('agent')).status).toBe(201)
  })
})

it('the log of a damaged row names table, column and id, and what to do', () => {
  const lines: string[] = []
  const { log } = Fastify({
    logger: { level: 'error', stream: { write: (line: string) => lines.push(line) } },
  })
  const error = damagedRow({ table: 'revocations', column: 'people', id: 'r-1' })
  logFailure(log, error)
  expect(lines.map((line) => JSON.parse(line))).toMatchObject([
    {
      code: 'ERR_BROKER_ROW_DAMAGED',
      table: 'revocations',
      column: 'people',
      id: 'r-1',
      hint: expect.stringMatching(/^correct this row/),
    },
  ])
  expect(error.details).toEqual({})
})
