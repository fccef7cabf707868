import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noteStatement } from '../test-support/clinic.ts'
import { startTestBroker, statementOf, type TestBroker } from '../test-support/start-test-broker.ts'

const hostile = ['a\0b', 'a\ud800b', 'a\u202eb', 'a\u001b[2J', 'x'.repeat(5000)]

describe('text that a database cannot store or a person would misread', () => {
  let test: TestBroker

  beforeAll(async () => {
    test = await startTestBroker()
  })
  afterAll(() => test.close())

  const refused = (answer: { readonly status: number; readonly body: unknown }): void => {
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ error: { code: 'ERR_REQUEST_INVALID' } })
  }

  it.each(hostile)('is refused in every field of a session: %#', async (text) => {
    const token = await test.issuer.token('agent')
    const body = {
      purpose: 'HOPERAT',
      agent: { id: 'bot' },
      client: { name: 'test', version: '0' },
      snowflake: { account: 'acme-clinic' },
    }
    for (const changes of [
      { purpose: text },
      ...['id', 'name', 'version', 'model', 'task', 'conversationId'].map((name) => ({
        agent: { ...body.agent, [name]: text },
      })),
      { client: { name: text, version: '0' } },
      { snowflake: { account: 'acme-clinic', warehouse: text } },
    ]) {
      refused(await test.send('POST', '/v1/sessions', token, { ...body, ...changes }))
    }
  })

  it.each(hostile)('is refused in reasons, comments and query ids: %#', async (text) => {
    const session = await test.openSession('agent')
    const statement = statementOf(noteStatement)
    refused(await test.ask(session, statement, { reason: text }))
    const { body: approval } = await test.ask(session, statement)
    const reviewer = await test.issuer.token('reviewer')
    const path = `/v1/approvals/${approval.id}`
    const answer = { decision: 'approve', seenDigest: approval.digest }
    refused(await test.send('POST', `${path}/decision`, reviewer, { ...answer, comment: text }))
    refused(await test.send('POST', `${path}/decision`, reviewer, { ...answer, seenDigest: text }))
    const settle = { outcome: 'executed', queryId: text }
    refused(await test.send('POST', `${path}/settle`, session.sessionToken, settle))
    await test.send('POST', `${path}/cancel`, session.sessionToken)
  })

  it.each(['a\0b', 'a\ud800b'])('is refused in a statement: %j', async (text) => {
    const session = await test.openSession('agent')
    refused(await test.ask(session, { ...statementOf(noteStatement), sqlText: `select '${text}'` }))
    refused(await test.ask(session, { ...statementOf(noteStatement), schema: text }))
  })
})
