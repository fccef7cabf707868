import type { Approval, ClaimApprovalResponse, Session } from '@snowfence/core'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { CANARY, noteStatement } from '../test-support/clinic.ts'
import {
  digestFor,
  startTestBroker,
  statementOf,
  type TestBroker,
} from '../test-support/start-test-broker.ts'

describe('an approval request', () => {
  let test: TestBroker
  let session: Session
  let ahead = 0

  beforeAll(async () => {
    test = await startTestBroker({ clock: () => new Date(Date.now() + ahead) })
  })
  afterAll(() => test.close())
  beforeEach(async () => {
    ahead = 0
    session = await test.openSession('agent')
  })

  const statement = statementOf(noteStatement, ['bound'])
  const request = async (): Promise<Approval> => {
    const { status, body } = await test.ask(session, statement)
    expect(body).toMatchObject({ state: 'pending' })
    expect(status).toBe(201)
    return body
  }
  const approved = async (): Promise<Approval> => (await test.decide('reviewer', await request())).body
  const claim = (approval: Approval, digest = approval.digest, by = session) =>
    test.send<ClaimApprovalResponse>('POST', `/v1/approvals/${approval.id}/claim`, by.sessionToken, {
      digest,
    })
  const settle = (approval: Approval, outcome = 'executed', by = session) =>
    test.send<Approval>('POST', `/v1/approvals/${approval.id}/settle`, by.sessionToken, {
      outcome,
      queryId: '01b2c3d4-0000-0000-0000-000000000001',
    })
  const read = async (approval: Approval, client: Parameters<TestBroker['openSession']>[0]) =>
    test.send<Approval>('GET', `/v1/approvals/${approval.id}`, await test.issuer.token(client))
  const stateOf = async (approval: Approval): Promise<string> =>
    (await test.send<Approval>('GET', `/v1/approvals/${approval.id}`, session.sessionToken)).body.state
  const codeOf = (answer: { readonly body: unknown }): string =>
    (answer.body as { error: { code: string } }).error.code

  it('goes its way: asked, approved, claimed once with the elevated lease, settled', async () => {
    const approval = await approved()
    expect(approval.state).toBe('approved')
    const { body } = await claim(approval)
    expect(body.approval.state).toBe('claimed')
    expect(body.lease).toMatchObject({ role: 'CLINIC_NOTES_READER', user: 'CLINIC_AGENT' })
    expect(decodeJwt(body.lease?.token ?? '')).toMatchObject({
      scp: ['session:role:CLINIC_NOTES_READER'],
      sub: 'CLINIC_AGENT',
    })
    expect((await settle(approval)).body.state).toBe('executed')
  })

  describe('is bound to exact bytes', () => {
    it('so that a digest over anything else is refused when asking', async () => {
      const other = statementOf(noteStatement, ['another bind'])
      const answer = await test.ask(session, other, { digest: digestFor(session, statement) })
      expect(codeOf(answer)).toBe('ERR_APPROVAL_DIGEST_MISMATCH')
    })

    it('so that a digest for another role, or of a policy that is not in force, is refused', async () => {
      const answer = await test.ask(session, statement, {
        digest: digestFor(session, statement, 'ACCOUNTADMIN'),
      })
      expect(codeOf(answer)).toBe('ERR_APPROVAL_DIGEST_MISMATCH')
    })

    it('so that another digest cannot claim it, and the refusal spends nothing', async () => {
      const approval = await approved()
      const changed = digestFor(session, statementOf(`${noteStatement} or true`))
      expect(codeOf(await claim(approval, changed))).toBe('ERR_APPROVAL_DIGEST_MISMATCH')
      expect((await claim(approval)).status).toBe(200)
    })

    it('so that a person who saw something else cannot approve it', async () => {
      const approval = await request()
      const answer = await test.send(
        'POST',
        `/v1/approvals/${approval.id}/decision`,
        await test.issuer.token('reviewer'),
        { decision: 'approve', seenDigest: digestFor(session, statementOf('select 1')) },
      )
      expect(codeOf(answer)).toBe('ERR_APPROVAL_DIGEST_MISMATCH')
      expect(await stateOf(approval)).toBe('pending')
    })

    it('so that the session of another principal or purpose cannot claim it', async () => {
      const approval = await approved()
      const other = await test.openSession('second-agent')
      expect(codeOf(await claim(approval, approval.digest, other))).toBe('ERR_APPROVAL_NOT_FOUND')
      const otherPurpose = await test.openSession('agent', { purpose: 'TREAT' })
      expect(codeOf(await claim(approval, approval.digest, otherPurpose))).toBe(
        'ERR_APPROVAL_DIGEST_MISMATCH',
      )
      expect((await claim(approval)).status).toBe(200)
    })
  })

  describe('is used once', () => {
    it('however many claim it at the same time', async () => {
      const approval = await approved()
      const answers = await Promise.all(Array.from({ length: 8 }, () => claim(approval)))
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
      expect(answers.filter((answer) => answer.status !== 200).map(codeOf)).toEqual(
        Array(7).fill('ERR_APPROVAL_STATE'),
      )
    })

    it('and after it was settled the same statement needs a new request', async () => {
      const approval = await approved()
      await claim(approval)
      await settle(approval)
      expect(codeOf(await claim(approval))).toBe('ERR_APPROVAL_STATE')
      expect((await request()).id).not.toBe(approval.id)
    })

    it('and only its claimer may settle it, once', async () => {
      const approval = await approved()
      expect(codeOf(await settle(approval))).toBe('ERR_APPROVAL_STATE')
      await claim(approval)
      const other = await test.openSession('agent')
      expect(codeOf(await settle(approval, 'executed', other))).toBe('ERR_APPROVAL_NOT_FOUND')
      await settle(approval, 'failed')
      expect(codeOf(await settle(approval))).toBe('ERR_APPROVAL_STATE')
      expect(await stateOf(approval)).toBe('failed')
    })
  })

  describe('is decided by the right people', () => {
    it('never by its requester, whatever groups they are in', async () => {
      session = await test.openSession('agent-and-reviewer')
      const approval = await request()
      expect(codeOf(await test.decide('agent-and-reviewer', approval))).toBe('ERR_APPROVAL_NOT_ELIGIBLE')
      const revoked = await test.send('POST', `/v1/approvals/${approval.id}/decision`, session.sessionToken, {
        decision: 'approve',
        seenDigest: approval.digest,
      })
      expect(codeOf(revoked)).toBe('ERR_IDENTITY_TOKEN_INVALID')
    })

    it('never by somebody outside the approver groups, an operator included', async () => {
      const approval = await request()
      expect(codeOf(await test.decide('auditor', approval))).toBe('ERR_APPROVAL_NOT_ELIGIBLE')
      // Those who may not read it are told nothing of it.
      for (const client of ['stranger', 'operator', 'second-agent'] as const) {
        expect(codeOf(await test.decide(client, approval))).toBe('ERR_APPROVAL_NOT_FOUND')
      }
    })

    it('and one rejection ends it, with a comment that the requester can read', async () => {
      const approval = await request()
      await test.send('POST', `/v1/approvals/${approval.id}/decision`, await test.issuer.token('reviewer'), {
        decision: 'reject',
        comment: 'not for a report',
        seenDigest: approval.digest,
      })
      const { body } = await test.send<Approval>('GET', `/v1/approvals/${approval.id}`, session.sessionToken)
      expect(body.state).toBe('rejected')
      expect(body.decisions).toMatchObject([
        { decision: 'reject', comment: 'not for a report', approver: { subject: 'reviewer' } },
      ])
      expect(codeOf(await claim(approval))).toBe('ERR_APPROVAL_STATE')
      expect(codeOf(await test.decide('second-reviewer', approval))).toBe('ERR_APPROVAL_STATE')
    })
  })

  describe('always ends', () => {
    it('at its deadline when nobody decides, also for a late decision', async () => {
      const approval = await request()
      ahead = 16 * 60_000
      expect(codeOf(await test.decide('reviewer', approval))).toBe('ERR_APPROVAL_STATE')
      expect(await test.send('GET', `/v1/approvals/${approval.id}`, session.sessionToken)).toMatchObject({
        body: { state: 'expired' },
      })
    })

    it('when the window to use it is over, measured from the approval and not from a reconnect', async () => {
      const approval = await approved()
      ahead = 9 * 60_000
      const reconnected = await test.openSession('agent')
      ahead = 11 * 60_000
      expect(codeOf(await claim(approval, approval.digest, reconnected))).toBe('ERR_APPROVAL_STATE')
      expect(await stateOf(approval)).toBe('expired')
    })

    it('when its requester withdraws it', async () => {
      const approval = await request()
      const answer = await test.send<Approval>(
        'POST',
        `/v1/approvals/${approval.id}/cancel`,
        session.sessionToken,
      )
      expect(answer.body.state).toBe('cancelled')
      expect(codeOf(await test.decide('reviewer', approval))).toBe('ERR_APPROVAL_STATE')
    })

    it('when its session is closed or revoked', async () => {
      const pending = await request()
      const given = await approved()
      await test.send(
        'POST',
        `/v1/sessions/${session.sessionId}/revoke`,
        await test.issuer.token('operator'),
        {
          reason: 'odd behaviour',
        },
      )
      expect((await read(pending, 'reviewer')).body.state).toBe('cancelled')
      expect((await read(given, 'reviewer')).body.state).toBe('revoked')
      expect(codeOf(await claim(given))).toBe('ERR_SESSION_NOT_FOUND')
    })

    it('when an approver takes it back before it is claimed', async () => {
      const approval = await approved()
      const path = `/v1/approvals/${approval.id}/revoke`
      expect(codeOf(await test.send('POST', path, await test.issuer.token('stranger')))).toBe(
        'ERR_APPROVAL_NOT_FOUND',
      )
      const { body } = await test.send<Approval>('POST', path, await test.issuer.token('second-reviewer'))
      expect(body.state).toBe('revoked')
      expect(codeOf(await claim(approval))).toBe('ERR_APPROVAL_STATE')
    })

    it('as indeterminate when nobody says how the claimed statement ended; its claimer may still say so', async () => {
      const approval = await approved()
      await claim(approval)
      ahead = 6 * 60_000
      expect(await stateOf(approval)).toBe('indeterminate')
      expect(codeOf(await claim(approval))).toBe('ERR_APPROVAL_STATE')
      expect((await settle(approval)).body.state).toBe('executed')
    })
  })

  describe('shows', () => {
    it('the real statement to an eligible approver while it is pending, and to nobody else', async () => {
      const approval = await request()
      expect(approval.statement).toBeNull()
      const shown = await read(approval, 'reviewer')
      expect(shown.body.statement).toEqual(statement)
      expect(shown.body.classifiedColumns).toEqual(['CLINIC.PUBLIC.PSYCHOTHERAPY_NOTES.TEXT'])
      expect(shown.body.reads).toEqual(['CLINIC.PUBLIC.PSYCHOTHERAPY_NOTES'])
      expect((await read(approval, 'auditor')).body.statement).toBeNull()
      const own = await test.send<Approval>('GET', `/v1/approvals/${approval.id}`, session.sessionToken)
      expect(own.body.statement).toBeNull()
      expect(own.body.text).not.toContain(CANARY)
      await test.decide('reviewer', approval)
      expect((await read(approval, 'reviewer')).body.statement).toBeNull()
      expect((await read(approval, 'second-reviewer')).body.statement).toBeNull()
    })

    it('nothing at all to others', async () => {
      const approval = await request()
      expect(codeOf(await read(approval, 'stranger'))).toBe('ERR_APPROVAL_NOT_FOUND')
      const other = await test.openSession('second-agent')
      const answer = await test.send('GET', `/v1/approvals/${approval.id}`, other.sessionToken)
      expect(codeOf(answer)).toBe('ERR_APPROVAL_NOT_FOUND')
    })

    it('itself in the inbox of those who may decide it, without its statement', async () => {
      const approval = await request()
      const inbox = async (client: Parameters<TestBroker['openSession']>[0]) =>
        (
          await test.send<{ approvals: Approval[] }>(
            'GET',
            '/v1/approvals?state=pending',
            await test.issuer.token(client),
          )
        ).body.approvals
      expect((await inbox('reviewer')).find(({ id }) => id === approval.id)).toMatchObject({
        statement: null,
      })
      expect(await inbox('stranger')).toEqual([])
      await test.decide('reviewer', approval)
      expect((await inbox('reviewer')).some(({ id }) => id === approval.id)).toBe(false)
    })

    it('its answer to those who wait for it, as soon as there is one', async () => {
      const approval = await request()
      const waiting = test.send<Approval>('GET', `/v1/approvals/${approval.id}?wait=50`, session.sessionToken)
      await test.decide('reviewer', approval)
      expect((await waiting).body.state).toBe('approved')
    })

    it('that it is still pending when nobody answered within the wait', async () => {
      const approval = await request()
      const path = `/v1/approvals/${approval.id}?wait=0.2`
      expect((await test.send<Approval>('GET', path, session.sessionToken)).body.state).toBe('pending')
    })
  })

  it('shows what is hidden in a statement, and is decided by its exact bytes', async () => {
    const hiding = statementOf(`${noteStatement} -- \u202Eyfirev\u2066`, ['a\u200Bb'])
    const { body: asked } = await test.ask(session, hiding)
    const { body } = await read(asked, 'reviewer')
    expect(body.statement).toEqual(hiding)
    expect(body.display).toEqual({
      sqlText: `${noteStatement} -- ⟨U+202E⟩yfirev⟨U+2066⟩`,
      binds: '["a⟨U+200B⟩b"]',
      unseen: ['U+202E', 'U+2066', 'U+200B'],
    })
    expect((await read(asked, 'auditor')).body.display).toBeNull()
    const approval = (await test.decide('reviewer', asked)).body
    const shown = statementOf(body.display?.sqlText ?? '', ['a⟨U+200B⟩b'])
    expect(codeOf(await claim(approval, digestFor(session, shown)))).toBe('ERR_APPROVAL_DIGEST_MISMATCH')
    expect((await claim(approval)).body.approval.state).toBe('claimed')
  })

  describe('stands in the trace that its requester names', () => {
    const requested = async (traceparent: string) => {
      const { status, body } = await test.ask(session, statement, { traceparent })
      if (status !== 201) return { status, span: null }
      const records = await test.send<{ text: string }>(
        'GET',
        '/v1/audit/records',
        await test.issuer.token('auditor'),
      )
      const line = records.body.text
        .split('\n')
        .find((text) => text.includes(body.id) && text.includes('approval.requested'))
      return { status, span: JSON.parse(line ?? '').record }
    }
    const traceId = 'ab'.repeat(16)
    const spanId = 'cd'.repeat(8)

    it('as a child of the named span, and still under the name of its own session and principal', async () => {
      const { span } = await requested(`00-${traceId}-${spanId}-01`)
      expect(span.span).toMatchObject({ traceId, parentSpanId: spanId })
      expect(span.source).toMatchObject({ producer: 'broker', sessionId: session.sessionId })
      expect(span.span.attributes['user.id']).toBe(session.principal.subject)
    })

    it('or in one of its own when that name is all zeros', async () => {
      const { span } = await requested(`00-${'0'.repeat(32)}-${spanId}-01`)
      expect(span.span.traceId).not.toBe('0'.repeat(32))
      expect(span.span.parentSpanId).toBeNull()
    })

    it.each([
      `00-${'AB'.repeat(16)}-${spanId}-01`,
      `00-${traceId}-${spanId}`,
      `00-${traceId}-${spanId}-01-more`,
      `00-${traceId}-${spanId}-01\nx`,
      `ff-${traceId}-${spanId}-01`,
      'x'.repeat(100_000),
    ])('and is refused when that is no trace context: %.60s', async (traceparent) => {
      expect((await requested(traceparent)).status).toBe(400)
    })
  })

  describe('is judged by the broker itself', () => {
    const ask = async (sqlText: string) => test.ask(session, statementOf(sqlText))

    it('and not taken when the statement is allowed without it', async () => {
      expect(codeOf(await ask('select STATE from CLINIC.PUBLIC.PATIENTS'))).toBe('ERR_APPROVAL_NOT_NEEDED')
    })

    it('and no hint names a table or column that the role of the catalogue alone may see', async () => {
      const hintOf = async (sqlText: string) =>
        ((await ask(sqlText)).body as unknown as { error: { hint: string } }).error.hint
      const unknownTable = await hintOf('select * from CLINIC.PUBLIC.PATIENT')
      expect(unknownTable).toContain('a temporary table is seen by its own session alone')
      for (const hint of [unknownTable, await hintOf('select STAT from CLINIC.PUBLIC.PATIENTS')])
        expect(hint).not.toMatch(/did you mean|PATIENTS|STATE/)
    })

    it.each([
      'drop table CLINIC.PUBLIC.PSYCHOTHERAPY_NOTES',
      'copy into @stage from CLINIC.PUBLIC.PSYCHOTHERAPY_NOTES',
      'select * from CLINIC.PUBLIC.NO_SUCH_TABLE',
      'select TEXT from CLINIC.PUBLIC.PSYCHOTHERAPY_NOTES; drop table X',
      'this is not SQL',
    ])('and not taken when the statement is denied: %s', async (sqlText) => {
      const answer = await ask(sqlText)
      expect(answer.status).toBe(403)
      expect(codeOf(answer)).toBe('ERR_STATEMENT_DENIED')
    })

    it('and not taken when the policy names a role that the configuration does not allow', async () => {
      const answer = await ask('select TEXT from CLINIC.PUBLIC.SEALED_NOTES')
      expect(codeOf(answer)).toBe('ERR_APPROVAL_ROLE_NOT_CONFIGURED')
    })

    it('and not taken without end: a principal may have so many pending, however many sessions it opens', async () => {
      let taken = 0
      let answer = await test.ask(session, statement)
      for (; answer.status === 201; taken += 1) {
        if (taken % 7 === 0) session = await test.openSession('agent')
        answer = await test.ask(session, statement)
      }
      expect(taken).toBeLessThanOrEqual(20)
      expect(answer.status).toBe(429)
      expect(codeOf(answer)).toBe('ERR_APPROVAL_LIMIT')
      const other = await test.openSession('second-agent')
      expect((await test.ask(other, statement, { digest: digestFor(other, statement) })).status).toBe(201)
    })
  })
})
