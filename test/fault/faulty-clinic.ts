import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { AuditRecord } from '@snowfence/audit'
import type { BrokerConfigInput } from '@snowfence/broker'
import { type SampleIdentity, sampleIdentities, startDevelopmentIdentityProvider } from '@snowfence/cli/dev'
import { createLocalSnowflake, type LocalSnowflake } from '@snowfence/local'
import {
  createGovernedConnection,
  type GovernedConnection,
  type GovernedConnectionOptions,
  identity,
} from 'snowfence'
import snowflake from 'snowflake-sdk'
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts'

const HOST = '127.0.0.1'
const BROKER_AUDIENCE = 'https://broker.test'
const ACCOUNT_URL = 'https://acme-clinic.snowflakecomputing.com'
const brokerScript = fileURLToPath(new URL('run-broker.ts', import.meta.url))
const agentScript = fileURLToPath(new URL('run-agent.ts', import.meta.url))

const policy = `version: 1
classes:
  city: { mask: redact }
resources:
  - table: CLINIC.PUBLIC.*
    unclassified: allow
    subject: null
    columns: { CITY: city }
rules:
  - id: may-read-and-write
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select, insert, metadata]
    resources: [CLINIC.PUBLIC.PATIENTS, CLINIC.PUBLIC.OUTCOMES]
  - id: notes-need-a-person
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select]
    resources: [CLINIC.PUBLIC.PSYCHOTHERAPY_NOTES]
    approval: { approvers: { groups: [privacy-office] }, deadline: 15m, validFor: 10m, role: CLINIC_NOTES_READER }
  - id: labs-need-a-person
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [select]
    resources: [CLINIC.PUBLIC.LABS]
    approval: { approvers: { groups: [privacy-office] }, deadline: 15m, validFor: 1h }
  - id: changes-need-a-person
    effect: permit
    principals: { groups: [clinic-agents] }
    actions: [insert]
    resources: [CLINIC.PUBLIC.REVIEWED]
    approval: { approvers: { groups: [privacy-office] }, deadline: 15m, validFor: 10m }
`

/** A broker in a process of its own behind a proxy that loses answers, a warehouse, and connections to them. */
export interface FaultyClinic {
  readonly proxy: LossyProxy
  readonly warehouse: LocalSnowflake
  options(): GovernedConnectionOptions
  connect(options?: Partial<GovernedConnectionOptions>): Promise<GovernedConnection>
  /** An agent in a process of its own, connected: runs these statements and prints how each ended as a line of JSON. */
  spawnAgent(
    statements: string | readonly string[],
    options?: { readonly repeat?: boolean; readonly name?: string },
  ): Promise<ChildProcess>
  /** One request to the broker itself, past the proxy. */
  ask<T = unknown>(as: SampleIdentity, method: string, path: string, body?: unknown): Promise<T>
  /** The broker's process is stopped, and goes on where it was. */
  freeze(): void
  thaw(): void
  /** SIGKILL, resolved when the process is gone. */
  kill(): Promise<void>
  /** Starts the broker on the same data and address. */
  start(): Promise<void>
  /** With a shared database: starts another replica, sends everybody there, and kills the first one. */
  moveToReplica(): Promise<void>
  /** Everything in the trail, in order. */
  records(): Promise<AuditRecord[]>
  close(): Promise<void>
}

export interface FaultyClinicOptions {
  readonly policy?: string
  readonly session?: NonNullable<BrokerConfigInput['session']>
  readonly databaseUrl?: string
}

const freePort = async (): Promise<number> => {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve))
  const { port } = server.address() as AddressInfo
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}

const runAsAdministrator = async (
  warehouse: LocalSnowflake,
  statements: readonly string[],
): Promise<void> => {
  snowflake.configure({ logLevel: 'OFF' })
  const connection = snowflake.createConnection({
    account: warehouse.account,
    accessUrl: warehouse.url,
    ...warehouse.administrator,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
  })
  await connection.connectAsync()
  for (const sqlText of statements)
    await new Promise<void>((resolve, reject) =>
      connection.execute({ sqlText, complete: (error) => (error ? reject(error) : resolve()) }),
    )
  await new Promise((resolve) => connection.destroy(resolve))
}

/** Starts one of the programs beside this file; resolves with its first line of output. */
const startProcess = async (script: string, parameters: readonly string[]): Promise<ChildProcess> => {
  const child = spawn(process.execPath, ['--conditions=snowfence-source', script, ...parameters], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.once('data', () => resolve())
    child.once('exit', (code) => reject(new Error(`the process ended with ${code}`)))
  })
  return child
}

export const startFaultyClinic = async (options: FaultyClinicOptions = {}): Promise<FaultyClinic> => {
  const directory = await mkdtemp(join(tmpdir(), 'snowfence-fault-'))
  await writeFile(join(directory, 'policy.yaml'), options.policy ?? policy)
  const identityProvider = await startDevelopmentIdentityProvider({
    host: HOST,
    port: 0,
    identities: Object.values(sampleIdentities),
  })
  const port = await freePort()
  const brokerUrl = `http://${HOST}:${port}`
  const warehouse = await createLocalSnowflake({
    host: HOST,
    port: 0,
    oauth: { issuer: brokerUrl, audience: ACCOUNT_URL, jwksUri: `${brokerUrl}/jwks.json` },
  })
  await runAsAdministrator(
    warehouse,
    ['OUTCOMES', 'REVIEWED'].flatMap((table) => [
      `create table ${table} (A int)`,
      `grant select, insert on table ${table} to role CLINIC_READER`,
      `grant references on table ${table} to role SNOWFENCE_CATALOG`,
    ]),
  )
  const config: BrokerConfigInput = {
    listen: { host: HOST, port },
    issuers: [{ issuer: identityProvider.issuer, audience: BROKER_AUDIENCE }],
    policy: join(directory, 'policy.yaml'),
    snowflake: {
      account: warehouse.account,
      accountUrl: ACCOUNT_URL,
      roles: [
        {
          groups: ['clinic-agents'],
          user: 'CLINIC_AGENT',
          role: 'CLINIC_READER',
          warehouse: 'AGENTS',
          elevatedRoles: ['CLINIC_NOTES_READER'],
        },
      ],
      catalogue: {
        kind: 'warehouse',
        user: 'SNOWFENCE_CATALOG',
        role: 'SNOWFENCE_CATALOG',
        accessUrl: warehouse.url,
      },
    },
    groups: { auditors: ['auditors'], operators: ['operators'] },
    log: { level: 'silent' },
    encryptionKey: randomBytes(32).toString('base64'),
    ...(options.databaseUrl === undefined
      ? { dataDir: join(directory, 'data') }
      : { databaseUrl: options.databaseUrl }),
    ...(options.session === undefined ? {} : { session: options.session }),
  }
  let broker = await startProcess(brokerScript, [JSON.stringify(config)])
  let servingUrl = brokerUrl
  const proxy = await startLossyProxy(port)
  const connections: GovernedConnection[] = []
  const agents: ChildProcess[] = []

  const tokenOf = async (as: SampleIdentity): Promise<string> =>
    await identityProvider.token(sampleIdentities[as].subject, BROKER_AUDIENCE)

  const request = async (as: SampleIdentity, method: string, path: string, body?: unknown) => {
    const response = await fetch(new URL(path, servingUrl), {
      method,
      headers: {
        authorization: `Bearer ${await tokenOf(as)}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`)
    return { text, link: response.headers.get('link') }
  }

  const optionsOf: FaultyClinic['options'] = () => ({
    account: warehouse.account,
    accessUrl: warehouse.url,
    warehouse: 'AGENTS',
    database: 'CLINIC',
    schema: 'PUBLIC',
    broker: `http://${HOST}:${proxy.port}`,
    identity: identity.fromFunction(async () => await tokenOf('agent')),
    purpose: 'HOPERAT',
    agent: { id: 'readmissions-bot', task: 'fault tests' },
  })

  const kill = async (): Promise<void> => {
    if (broker.exitCode !== null || broker.signalCode !== null) return
    const ended = new Promise<void>((resolve) => broker.once('exit', () => resolve()))
    broker.kill('SIGKILL')
    await ended
  }

  return {
    proxy,
    warehouse,
    options: optionsOf,
    connect: async (extra = {}) => {
      const made = createGovernedConnection({ ...optionsOf(), ...extra })
      connections.push(made)
      return await made.connectAsync()
    },
    spawnAgent: async (statements, { repeat = false, name = 'agent' } = {}) => {
      const { identity: _source, ...plain } = optionsOf()
      const settings = JSON.stringify({ ...plain, token: await tokenOf('agent'), name, repeat })
      const child = await startProcess(agentScript, [settings, ...[statements].flat()])
      agents.push(child)
      return child
    },
    ask: async <T>(as: SampleIdentity, method: string, path: string, body?: unknown) => {
      const { text } = await request(as, method, path, body)
      return (text === '' ? null : JSON.parse(text)) as T
    },
    freeze: () => void broker.kill('SIGSTOP'),
    thaw: () => void broker.kill('SIGCONT'),
    kill,
    start: async () => {
      broker = await startProcess(brokerScript, [JSON.stringify(config)])
    },
    moveToReplica: async () => {
      const otherPort = await freePort()
      const replica = await startProcess(brokerScript, [
        JSON.stringify({ ...config, listen: { host: HOST, port: otherPort }, publicUrl: brokerUrl }),
      ])
      proxy.forwardTo(otherPort)
      await kill()
      broker = replica
      servingUrl = `http://${HOST}:${otherPort}`
    },
    records: async () => {
      const records: AuditRecord[] = []
      for (let path: string | undefined = '/v1/audit/records'; path !== undefined; ) {
        const { text, link } = await request('auditor', 'GET', path)
        for (const line of text.split('\n').filter((each) => each !== '')) {
          const parsed = JSON.parse(line) as { kind: string; record: AuditRecord }
          if (parsed.kind === 'record') records.push(parsed.record)
        }
        path = /^<([^>]+)>/.exec(link ?? '')?.[1]
      }
      return records
    },
    close: async () => {
      broker.kill('SIGCONT')
      for (const agent of agents) agent.kill('SIGKILL')
      await Promise.allSettled(connections.map(async (made) => await made[Symbol.asyncDispose]()))
      await proxy.close()
      await kill()
      await warehouse.close()
      await identityProvider.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
