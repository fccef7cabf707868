import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  type Approval,
  type ApprovalStatement,
  approvalDigest,
  type Principal,
  type RenewSessionResponse,
  type Session,
} from '@snowfence/core'
import type { Broker } from '../broker.ts'
import type { Clock } from '../clock.ts'
import type { BrokerConfigInput } from '../config/broker-config.ts'
import { createBroker } from '../create-broker.ts'
import { clinicCatalogue, clinicPolicy } from './clinic.ts'
import { type OidcIssuer, startOidcIssuer } from './start-oidc-issuer.ts'

export const AUDIENCE = 'https://broker.test'
export const ACCOUNT_URL = 'https://acme-clinic.snowflakecomputing.com'

const clients = [
  { id: 'agent', groups: ['clinic-agents'] },
  { id: 'second-agent', groups: ['clinic-agents'] },
  { id: 'stranger', groups: ['nobody-knows'] },
  { id: 'reviewer', groups: ['privacy-office', 'chief-privacy'] },
  { id: 'second-reviewer', groups: ['privacy-office'] },
  { id: 'agent-and-reviewer', groups: ['clinic-agents', 'privacy-office', 'broker-operators'] },
  { id: 'operator', groups: ['broker-operators'] },
  { id: 'auditor', groups: ['auditors'] },
] as const
type ClientId = (typeof clients)[number]['id']

interface Answer<T = Record<string, unknown>> {
  readonly status: number
  readonly body: T
  readonly headers: Headers
}

/** A broker with a real issuer beside it, and short ways to what tests ask of it. */
export interface TestBroker {
  readonly broker: Broker
  readonly issuer: OidcIssuer
  readonly directory: string
  readonly policyFile: string
  readonly config: BrokerConfigInput
  send<T = Record<string, unknown>>(
    method: string,
    path: string,
    token: string | null,
    body?: unknown,
  ): Promise<Answer<T>>
  openSession(client: ClientId, changes?: Record<string, unknown>): Promise<Session>
  /** Renews a session with a fresh token of the client. */
  renew<T = RenewSessionResponse>(client: ClientId, session: Session): Promise<Answer<T>>
  /** Asks for an approval of a statement with the digest that an honest SDK computes. */
  ask(
    session: Session,
    statement: ApprovalStatement,
    changes?: Record<string, unknown>,
  ): Promise<Answer<Approval>>
  decide(client: ClientId, approval: Approval, decision?: 'approve' | 'reject'): Promise<Answer<Approval>>
  /** Another broker on the same configuration, for a restart or a second replica. */
  another(changes?: Partial<BrokerConfigInput>): Promise<TestBroker>
  close(): Promise<void>
}

export interface TestBrokerOptions {
  readonly config?: Partial<BrokerConfigInput>
  readonly clock?: Clock
  /** With `clock`: milliseconds that pass whatever it is set to. */
  readonly monotonic?: () => number
  readonly policy?: string
}

const policyDigestOf = (session: Session): string => {
  const payload = session.policy.jws.split('.')[1] ?? ''
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { digest: string }).digest
}

export const statementOf = (sqlText: string, binds: unknown[] | null = null): ApprovalStatement => ({
  sqlText,
  binds,
  warehouse: 'AGENTS',
  database: 'CLINIC',
  schema: 'PUBLIC',
})

export const digestFor = (
  session: Session,
  statement: ApprovalStatement,
  role: string | null = 'CLINIC_NOTES_READER',
): string =>
  approvalDigest({
    statement,
    role,
    policyDigest: policyDigestOf(session),
    principal: session.principal as Principal,
    purpose: 'HOPERAT',
  })

const wrap = async (
  broker: Broker,
  issuer: OidcIssuer,
  parts: {
    directory: string
    policyFile: string
    config: BrokerConfigInput
    clock: Clock | undefined
    owner: boolean
  },
): Promise<TestBroker> => {
  await broker.listen()
  const url = broker.address
  const { directory, policyFile, config, clock, owner } = parts

  const send: TestBroker['send'] = async <T>(
    method: string,
    path: string,
    token: string | null,
    body?: unknown,
  ) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const isJson = response.headers.get('content-type')?.match(/^application.json(;|$)/) != null
    return {
      status: response.status,
      body: (isJson && text !== '' ? JSON.parse(text) : { text }) as T,
      headers: response.headers,
    }
  }

  return {
    broker,
    issuer,
    directory,
    policyFile,
    config,
    send,
    async openSession(client, changes = {}) {
      const answer = await send<Session>('POST', '/v1/sessions', await issuer.token(client), {
        purpose: 'HOPERAT',
        agent: { id: 'readmissions-bot', task: 'weekly report' },
        client: { name: 'test', version: '0' },
        snowflake: { account: 'acme-clinic' },
        ...changes,
      })
      if (answer.status !== 201) throw new Error(`no session: ${JSON.stringify(answer.body)}`)
      return answer.body
    },
    renew: async (client, session) =>
      send('POST', `/v1/sessions/${session.sessionId}/renew`, session.sessionToken, {
        identityToken: await issuer.token(client),
      }),
    ask: (session, statement, changes = {}) =>
      send('POST', '/v1/approvals', session.sessionToken, {
        statement,
        digest: digestFor(session, statement),
        reason: null,
        ...changes,
      }),
    decide: async (client, approval, decision = 'approve') =>
      send('POST', `/v1/approvals/${approval.id}/decision`, await issuer.token(client), {
        decision,
        comment: null,
        seenDigest: approval.digest,
      }),
    async another(changes = {}) {
      // Replicas have one public address: that of the first.
      const shared = config.databaseUrl === undefined ? {} : { publicUrl: config.publicUrl ?? broker.url }
      const next = { ...config, ...shared, ...changes }
      const started = await createBroker(next, clock === undefined ? {} : { clock })
      return wrap(started, issuer, { ...parts, config: next, owner: false })
    },
    async close() {
      await broker.close()
      if (!owner) return
      await issuer.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}

/** The encryption key of test brokers: given, so that a test can open what was sealed. */
export const TEST_KEY = Buffer.alloc(32, 9).toString('base64')

const prepareDatabase = async (
  directory: string,
  given: Partial<BrokerConfigInput>,
): Promise<Partial<BrokerConfigInput>> => {
  if (given.databaseUrl !== undefined || given.dataDir !== undefined) return {}
  const dataDir = join(directory, 'data')
  return { dataDir, encryptionKey: TEST_KEY }
}

/** Starts the issuer and a broker on free ports, with a database of its own unless the configuration names one. */
export const startTestBroker = async (options: TestBrokerOptions = {}): Promise<TestBroker> => {
  const directory = await mkdtemp(join(tmpdir(), 'snowfence-broker-'))
  const policyFile = join(directory, 'policy.yaml')
  const catalogueFile = join(directory, 'catalogue.json')
  await writeFile(policyFile, options.policy ?? clinicPolicy)
  await writeFile(catalogueFile, JSON.stringify(clinicCatalogue))
  const issuer = await startOidcIssuer({ clients, audience: AUDIENCE, tokenSeconds: 7200 })
  const config: BrokerConfigInput = {
    listen: { port: 0 },
    issuers: [{ issuer: issuer.url, audience: AUDIENCE }],
    policy: policyFile,
    snowflake: {
      account: 'acme-clinic',
      accountUrl: ACCOUNT_URL,
      roles: [
        {
          groups: ['clinic-agents'],
          user: 'CLINIC_AGENT',
          role: 'CLINIC_READER',
          warehouse: 'AGENTS',
          elevatedRoles: ['CLINIC_NOTES_READER'],
        },
        // Its role is configured, and for nobody who asks here.
        { groups: ['no-members'], user: 'OTHER', role: 'OTHER', elevatedRoles: ['UNCONFIGURED_ROLE'] },
      ],
      catalogue: { kind: 'file', path: catalogueFile },
    },
    groups: { auditors: ['auditors'], operators: ['broker-operators'] },
    log: { level: 'silent' },
    ...(await prepareDatabase(directory, options.config ?? {})),
    ...options.config,
  }
  const { clock, monotonic } = options
  try {
    const broker = await createBroker(config, {
      ...(clock === undefined ? {} : { clock }),
      ...(monotonic === undefined ? {} : { monotonic }),
    })
    return await wrap(broker, issuer, { directory, policyFile, config, clock, owner: true })
  } catch (error) {
    await issuer.close()
    await rm(directory, { recursive: true, force: true })
    throw error
  }
}
