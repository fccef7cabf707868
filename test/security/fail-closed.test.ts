import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createMemorySink, type SpanSink } from '@snowfence/audit'
import { SnowfenceError } from '@snowfence/core'
import {
  createGovernedConnection,
  createLocalGovernance,
  type GovernedConnection,
  identity,
  type LocalGovernanceOptions,
  type OpenGovernance,
} from 'snowfence'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ClinicStack, startClinicStack } from '../e2e/clinic-stack.ts'

// One row per cause: whatever is not understood, not reachable or not recorded releases no row.

let clinic: ClinicStack
beforeAll(async () => {
  clinic = await startClinicStack()
})
afterAll(async () => await clinic.close())

const principal = { issuer: 'https://issuer.test', subject: 'readmissions-bot', groups: ['clinic-agents'] }

/** Ports by hand around the clinic's warehouse, with one of them broken. */
const governedBy = async (
  change: Partial<LocalGovernanceOptions>,
  wrap: (ports: OpenGovernance) => OpenGovernance = (ports) => ports,
): Promise<GovernedConnection> => {
  const governance = createLocalGovernance({
    policyFile: new URL('../../examples/policies/clinic.yaml', import.meta.url).pathname,
    principal,
    journal: createMemorySink(),
    approvals: async () => ({ approved: false }),
    lease: async () => await clinic.lease(),
    ...change,
  })
  const connection = createGovernedConnection({
    account: clinic.stack.warehouse.account,
    accessUrl: clinic.stack.warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    purpose: 'HOPERAT',
    agent: { id: 'readmissions-bot' },
    governance: { open: async (request, signal) => wrap(await governance.open(request, signal)) },
  })
  return connection
}

const outcomeOf = async (connection: GovernedConnection, sqlText: string): Promise<unknown> => {
  const rows: unknown[] = []
  try {
    await connection.connectAsync().catch((error: { code?: unknown }) => {
      if (error.code !== 405502) throw error
    })
    for await (const row of connection.stream(sqlText)) rows.push(row)
    return { rows }
  } catch (error) {
    expect(rows).toEqual([])
    return error
  } finally {
    await connection[Symbol.asyncDispose]()
  }
}

const read = 'select PATIENT_ID, SSN from PATIENTS limit 1'

test('the table itself can fail: with nothing broken, the row is released', async () => {
  expect(await outcomeOf(await governedBy({}), read)).toMatchObject({ rows: [expect.anything()] })
})

/** What is refused has no privilege, 42501; a name that is not there has the SQLSTATE that Snowflake gives it. */
const statements: [string, string, string, string?][] = [
  ['text that cannot be parsed', 'selec SSN form PATIENTS', 'ERR_STATEMENT_UNSUPPORTED'],
  ['an empty text', '  -- nothing', 'ERR_STATEMENT_UNSUPPORTED'],
  ['an unknown kind of statement', 'frobnicate PATIENTS', 'ERR_STATEMENT_UNSUPPORTED'],
  ['two statements in one text', 'select 1; select SSN from PATIENTS', 'ERR_STATEMENT_UNSUPPORTED', '0A000'],
  [
    'a column that is not resolved',
    'select NO_SUCH_COLUMN from PATIENTS',
    'ERR_STATEMENT_UNSUPPORTED',
    '42000',
  ],
  ['a table that is not resolved', 'select * from NO_SUCH_TABLE', 'ERR_STATEMENT_UNSUPPORTED', '42S02'],
  [
    'the result of an earlier query',
    'select * from table(RESULT_SCAN(LAST_QUERY_ID()))',
    'ERR_STATEMENT_UNSUPPORTED',
  ],
  ['a stage', 'select $1 from @STAGE', 'ERR_STATEMENT_'],
  ['an upload', 'put file:///etc/passwd @~', 'ERR_STATEMENT_'],
  ['a download', 'get @~/x file:///tmp/', 'ERR_STATEMENT_'],
  ['a filter on a masked column', "select 1 as X from PATIENTS where SSN like '9%'", 'ERR_STATEMENT_DENIED'],
  ['an effect without a permit', 'delete from PATIENTS', 'ERR_STATEMENT_'],
  ['another role', 'use role CLINIC_NOTES_READER', 'ERR_STATEMENT_'],
]

test.each(statements)('%s releases nothing', async (_what, sqlText, code, sqlState = '42501') => {
  expect(await outcomeOf(await governedBy({}), sqlText)).toMatchObject({
    snowfenceCode: expect.stringContaining(code),
    sqlState,
  })
})

const broken = () => {
  throw new Error('broken')
}

const failingAfter = (writes: number): SpanSink => {
  const sink = createMemorySink()
  let done = 0
  return {
    write: async (spans, signal) => {
      done += 1
      if (done > writes) throw new Error('disk full')
      return await sink.write(spans, signal)
    },
    close: async () => {},
  }
}

const causes: [string, () => Promise<GovernedConnection>, object][] = [
  [
    'an audit store that does not answer the authorize record',
    () => governedBy({ journal: failingAfter(0) }),
    { snowfenceCode: 'ERR_AUDIT_NOT_DURABLE' },
  ],
  ...(['ERR_BROKER_ROW_DAMAGED', 'ERR_SESSION_NOT_FOUND'] as const).map(
    (code): [string, () => Promise<GovernedConnection>, object] => [
      `a broker that takes no record, for ${code}`,
      () => {
        const details = { cause: 'unavailable', code, reason: 'the words of the broker' }
        const refuse = async () => {
          throw new SnowfenceError('ERR_AUDIT_NOT_DURABLE', { details })
        }
        return governedBy({ journal: { write: refuse, close: async () => {} } })
      },
      {
        snowfenceCode: 'ERR_AUDIT_NOT_DURABLE',
        message: expect.stringContaining(`the words of the broker (${code})`),
      },
    ],
  ),
  [
    'an audit store that acknowledges nothing',
    () =>
      governedBy({}, (ports) => ({
        ...ports,
        audit: {
          close: async () => {},
          begin: () => ({
            traceId: '0'.repeat(32),
            authorize: async () => undefined as never,
            approval: async () => undefined as never,
            finish: async () => undefined as never,
          }),
        },
      })),
    { snowfenceCode: 'ERR_AUDIT_NOT_DURABLE' },
  ],
  [
    'a policy that cannot be read',
    () => governedBy({ policyFile: '/no/such/policy.yaml' }),
    { snowfenceCode: 'ERR_POLICY_INVALID' },
  ],
  [
    'a policy with an unknown mask',
    () =>
      governedBy({}, (ports) => ({
        ...ports,
        policy: {
          current: async () => ({
            principal: { ...principal, claims: {} },
            policy: {
              version: '1',
              digest: 'sha256:0',
              document: 'version: 1\nclasses: { a: { mask: invisible } }\n',
            },
          }),
        },
      })),
    { snowfenceCode: 'ERR_POLICY_INVALID' },
  ],
  [
    'a policy source that fails',
    () => governedBy({}, (ports) => ({ ...ports, policy: { current: broken } })),
    { snowfenceCode: 'ERR_GOVERNANCE_FAILED' },
  ],
  [
    'a credential source that fails',
    () => governedBy({}, (ports) => ({ ...ports, credentials: { lease: broken } })),
    {},
  ],
  [
    'a lease that has expired',
    () =>
      governedBy({
        lease: async () => {
          throw new SnowfenceError('ERR_LEASE_EXPIRED')
        },
      }),
    { snowfenceCode: 'ERR_LEASE_EXPIRED' },
  ],
  [
    'a lease whose token is not of the issuer',
    () => governedBy({ lease: async () => ({ ...(await clinic.lease()), token: 'forged' }) }),
    { code: expect.anything() },
  ],
  [
    'a lease for another role than its token',
    () => governedBy({ lease: async () => ({ ...(await clinic.lease()), role: 'CLINIC_NOTES_READER' }) }),
    {},
  ],
]

test.each(causes)('%s releases nothing', async (_what, open, error) => {
  expect(await outcomeOf(await open(), read)).toMatchObject({ message: expect.any(String), ...error })
})

test('after an outcome that is not durable, the next statement releases nothing', async () => {
  const connection = await governedBy({ journal: failingAfter(1) })
  await connection.connectAsync()
  expect((await connection.query(read)).rows).toHaveLength(1)
  await expect(connection.query(read)).rejects.toMatchObject({ snowfenceCode: 'ERR_AUDIT_NOT_DURABLE' })
  await connection[Symbol.asyncDispose]()
})

const approvals: [string, NonNullable<LocalGovernanceOptions['approvals']>, string][] = [
  ['a person who says no', async () => ({ approved: false, comment: 'no' }), 'ERR_APPROVAL_REJECTED'],
  ['an answer that is not an answer', async () => 'yes' as never, 'ERR_APPROVAL_REJECTED'],
  [
    'an approval without the credential that it needs',
    async () => ({ approved: true, approver: 'p' }),
    'ERR_APPROVAL_REJECTED',
  ],
]

test.each(approvals)('%s releases nothing', async (_what, ask, code) => {
  const connection = await governedBy({ approvals: ask })
  expect(await outcomeOf(connection, 'select TEXT from PSYCHOTHERAPY_NOTES limit 1')).toMatchObject({
    snowfenceCode: code,
  })
})

test('a policy that asks for an approval is refused where nobody can be asked', async () => {
  const connection = await governedBy({ approvals: undefined as never })
  expect(await outcomeOf(connection, read)).toMatchObject({
    snowfenceCode: 'ERR_POLICY_INVALID',
    message: expect.stringMatching(/nobody can be asked for this approval here \(line \d+, column \d+\)/),
  })
})

test('a gate that fails releases nothing', async () => {
  const connection = await governedBy({ approvals: broken })
  expect(await outcomeOf(connection, 'select TEXT from PSYCHOTHERAPY_NOTES limit 1')).toBeInstanceOf(Error)
})

const brokerConnection = (broker: string, token: () => Promise<string> | string) =>
  clinic.connection({ broker, identity: identity.fromFunction(token) })

test.each([
  ['a broker that is not there', 'ERR_BROKER_UNREACHABLE', async () => 'http://127.0.0.1:9'],
  ['an identity source that fails', 'ERR_IDENTITY_SOURCE_FAILED', async () => clinic.stack.broker.url],
])('%s: the connection is refused', async (_what, code, address) => {
  const token =
    code === 'ERR_IDENTITY_SOURCE_FAILED' ? broken : async () => await clinic.stack.identityToken('agent')
  expect(await outcomeOf(brokerConnection(await address(), token), read)).toMatchObject({
    snowfenceCode: code,
  })
})

test('an identity token that the broker does not accept: the connection is refused', async () => {
  expect(
    await outcomeOf(
      brokerConnection(clinic.stack.broker.url, () => 'not.a.token'),
      read,
    ),
  ).toMatchObject({
    snowfenceCode: 'ERR_IDENTITY_TOKEN_INVALID',
  })
})

test('a policy that the broker did not sign: the connection is refused', async () => {
  const between = await startChangingProxy(clinic.stack.broker.url)
  try {
    const connection = brokerConnection(between.url, async () => await clinic.stack.identityToken('agent'))
    expect(await outcomeOf(connection, read)).toMatchObject({ snowfenceCode: 'ERR_POLICY_SIGNATURE_INVALID' })
  } finally {
    between.server.close()
  }
})

test('a broker that stops in the middle of a session: the next statement releases nothing', async () => {
  const other = await startClinicStack()
  const connection = await other.connect()
  expect((await connection.query(read)).rows).toHaveLength(1)
  await other.stack.broker.close()
  const error = await connection.query(read).catch((thrown: unknown) => thrown)
  const { snowfenceCode, sqlState } = error as { snowfenceCode: string; sqlState: string }
  const sqlStates = { ERR_AUDIT_NOT_DURABLE: '08006', ERR_SESSION_REVOKED: '42501' }
  expect(Object.entries(sqlStates)).toContainEqual([snowfenceCode, sqlState])
  await other.close()
})

test('a revoked session: what runs is stopped, and the next statement is refused', async () => {
  const connection = await clinic.connect()
  await connection.query(read)
  const waiting = connection.query('select TEXT from PSYCHOTHERAPY_NOTES limit 1')
  const sessions = clinic.stack.warehouse.queryHistory().at(-1)?.queryTag ?? '{}'
  const { session } = JSON.parse(sessions) as { session: string }
  const revoked = await clinic.ask('operator', 'POST', `/v1/sessions/${session}/revoke`, {
    reason: 'a drill',
  })
  expect(revoked.status).toBe(204)
  await expect(waiting).rejects.toMatchObject({ sqlState: '42501' })
  await expect(connection.query(read)).rejects.toMatchObject({ snowfenceCode: 'ERR_SESSION_REVOKED' })
})

/** Stands between the SDK and its broker and changes one byte of the signed policy. */
const startChangingProxy = async (broker: string): Promise<{ url: string; server: Server }> => {
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const answer = await fetch(new URL(request.url ?? '/', broker), {
      method: request.method ?? 'GET',
      headers: {
        authorization: request.headers.authorization ?? '',
        ...(chunks.length > 0 ? { 'content-type': 'application/json' } : {}),
      },
      ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
    })
    const text = (await answer.text()).replace(
      /("jws":"[^".]+\.)(.)/,
      (_all, head: string, first: string) => `${head}${first === 'A' ? 'B' : 'A'}`,
    )
    response.writeHead(answer.status, { 'content-type': 'application/json' }).end(text)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server }
}
