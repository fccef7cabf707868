import { createGovernedConnection, type GovernedConnection, identity } from 'snowfence'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DevStack, startDevStack } from '../dev/index.ts'
import { answerQuery } from './query-answer.ts'

let stack: DevStack
let connection: GovernedConnection
beforeAll(async () => {
  stack = await startDevStack()
  connection = createGovernedConnection({
    account: stack.warehouse.account,
    accessUrl: stack.warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    broker: stack.broker.url,
    identity: identity.fromFunction(async () => await stack.identityToken('agent')),
    purpose: 'HOPERAT',
    agent: { id: 'query-bot' },
  })
  await connection.connectAsync()
}, 60_000)
afterAll(async () => {
  await connection[Symbol.asyncDispose]()
  await stack.close()
})

it('a statement that the policy allows and the warehouse cannot finish has failed, and was not denied', async () => {
  const answer = await answerQuery(connection, 'select icd10::number as code from diagnoses', undefined)
  expect(answer).toMatchObject({ decision: 'failed', rows: [], error: { code: 'ERR_WAREHOUSE_FAILED' } })
  const denied = await answerQuery(connection, 'select state from patients order by ssn', undefined)
  expect(denied).toMatchObject({ decision: 'deny', error: { code: 'ERR_STATEMENT_DENIED' } })
  const allowed = await answerQuery(connection, 'select count(*) as n from diagnoses', undefined)
  expect(allowed).toMatchObject({ decision: 'allow', error: null })
})

// The last test: it ends the broker.
it('a statement that the broker does not record has failed, and was not denied', async () => {
  await stack.broker.close()
  const read = await answerQuery(connection, 'select count(*) as n from diagnoses', undefined)
  expect(read).toMatchObject({ decision: 'failed', rows: [], error: { code: 'ERR_AUDIT_NOT_DURABLE' } })
  const write = await answerQuery(connection, 'create temporary table scratch (n number)', undefined)
  expect(write).toMatchObject({ decision: 'failed', rows: [], error: { code: 'ERR_AUDIT_NOT_DURABLE' } })
  expect(write.error?.message).toContain('no policy denied the statement, and nothing was sent to Snowflake')
  expect(write.error?.reason).toContain('nothing was sent to Snowflake')
  expect(write.error?.hint).toMatch(/^run it again;/)
}, 120_000)
