import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type AuditExport, type NoteKey, parseExport, parseNoteKey } from '@snowfence/audit'
import type { BrokerConfigInput } from '@snowfence/broker'
import { sampleIdentities, startDevelopmentIdentityProvider } from '@snowfence/cli/dev'
import { RECEIPT_HEADER, type Receipt, receiptSchema, type Session } from '@snowfence/core'

const script = fileURLToPath(new URL('run-broker.ts', import.meta.url))
const clockScript = fileURLToPath(new URL('shifted-clock.ts', import.meta.url))
const BROKER_AUDIENCE = 'https://broker.test'

const policy = `version: 1
resources:
  - { table: CLINIC.PUBLIC.*, unclassified: allow, subject: null }
rules:
  - { id: may-read, effect: permit, principals: { groups: [clinic-agents] }, actions: [select], resources: [CLINIC.PUBLIC.*] }
`

/** A broker in a process of its own. */
export interface LabBroker {
  readonly url: string
  readonly process: ChildProcess
  /** Everything that it wrote to its log so far. */
  log(): string
  kill(signal?: NodeJS.Signals): Promise<number | null>
  /** Sets the clock of the process so many milliseconds ahead of the machine's, or behind it when negative. */
  setClock(ahead: number): void
}

/** One request of a sender: the ids of its spans, and the receipt of the broker, if there was one. */
export interface Sent {
  readonly spanIds: readonly string[]
  readonly body: string
  receipt: Receipt | null
}

export interface StartOptions {
  readonly config?: Partial<BrokerConfigInput>
  /** A command that runs the broker: `['unshare', '--pid', …]`. */
  readonly before?: readonly string[]
  /** From the sources, or from the built package for measurements. */
  readonly from?: 'source' | 'build'
}

/** Brokers over one data directory, and agents that only send records. */
export interface TrailLab {
  readonly directory: string
  readonly dataDir: string
  /** @throws Error with what the broker wrote, when it does not start. */
  start(options?: StartOptions): Promise<LabBroker>
  openSession(url: string): Promise<Session>
  newRequest(session: Session, spans?: number, attributes?: Readonly<Record<string, string>>): Sent
  /** The answer's status and receipt; null when the broker was gone before it answered. */
  post(
    url: string,
    session: Session,
    sent: Sent,
  ): Promise<{ readonly status: number; readonly receipt: Receipt | null; readonly text: string } | null>
  exported(url: string): Promise<AuditExport & { readonly text: string }>
  key(url: string): Promise<NoteKey>
  close(): Promise<void>
}

const request = (url: string, token: string, body?: string): Promise<Response> =>
  fetch(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body }),
  })

const newRequest: TrailLab['newRequest'] = ({ sessionId }, count = 1, attributes = {}) => {
  const values = { 'snowfence.span': 'query', 'snowfence.session.id': sessionId, ...attributes }
  const now = `${BigInt(Date.now()) * 1_000_000n}`
  const spans = Array.from({ length: count }, () => ({
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    name: 'query',
    kind: 3,
    startTimeUnixNano: now,
    endTimeUnixNano: now,
    attributes: [
      { key: 'snowfence.schema.version', value: { intValue: 1 } },
      ...Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } })),
    ],
  }))
  return {
    spanIds: spans.map(({ spanId }) => spanId),
    body: JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
    receipt: null,
  }
}

const post: TrailLab['post'] = async (url, { sessionToken }, sent) => {
  try {
    const answer = await request(`${url}/v1/traces`, sessionToken, sent.body)
    const text = await answer.text()
    const header = answer.headers.get(RECEIPT_HEADER)
    const receipt = answer.ok && header !== null ? receiptSchema.parse(JSON.parse(header)) : null
    if (receipt !== null) sent.receipt = receipt
    return { status: answer.status, receipt, text }
  } catch (error) {
    if (error instanceof TypeError) return null
    throw error
  }
}

const startProcess = async (
  config: BrokerConfigInput,
  {
    before,
    clockFile,
    from,
  }: Required<Pick<StartOptions, 'before' | 'from'>> & { readonly clockFile: string },
): Promise<LabBroker> => {
  const [command = process.execPath, ...rest] = [
    ...before,
    process.execPath,
    ...(from === 'source' ? ['--conditions=snowfence-source'] : []),
    `--import=${clockScript}`,
    script,
    JSON.stringify(config),
  ]
  const child = spawn(command, rest, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, SNOWFENCE_TEST_CLOCK: clockFile },
  })
  let said = ''
  let errors = ''
  child.stderr.on('data', (chunk: Buffer) => {
    errors += chunk.toString()
  })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  const url = await new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk.toString()
      const address = /^http:\/\/\S+$/m.exec(said)
      if (address !== null) resolve(address[0])
    })
    child.once('exit', () => setImmediate(() => reject(new Error(`the broker ended: ${errors}`))))
  })
  return {
    url,
    process: child,
    log: () => said + errors,
    setClock(ahead) {
      writeFileSync(clockFile, String(ahead))
      child.kill('SIGUSR2')
    },
    kill: (signal = 'SIGKILL') => {
      child.kill(signal)
      return ended
    },
  }
}

export const startTrailLab = async (): Promise<TrailLab> => {
  const directory = await mkdtemp(join(tmpdir(), 'snowfence-trail-'))
  const dataDir = join(directory, 'data')
  const policyFile = join(directory, 'policy.yaml')
  const catalogueFile = join(directory, 'catalogue.json')
  await writeFile(policyFile, policy)
  await writeFile(catalogueFile, '{"databases":[]}')
  const identities = await startDevelopmentIdentityProvider({
    host: '127.0.0.1',
    port: 0,
    identities: Object.values(sampleIdentities),
  })
  const base: BrokerConfigInput = {
    listen: { port: 0 },
    issuers: [{ issuer: identities.issuer, audience: BROKER_AUDIENCE }],
    policy: policyFile,
    snowflake: {
      account: 'acme-clinic',
      accountUrl: 'https://acme-clinic.snowflakecomputing.com',
      roles: [
        { groups: ['clinic-agents'], user: 'CLINIC_AGENT', role: 'CLINIC_READER', warehouse: 'AGENTS' },
      ],
      catalogue: { kind: 'file', path: catalogueFile },
    },
    groups: { auditors: ['auditors'], operators: ['operators'] },
    log: { level: 'warn' },
    encryptionKey: randomBytes(32).toString('base64'),
    dataDir,
  }
  const running: LabBroker[] = []
  const tokenOf = (as: 'agent' | 'auditor'): Promise<string> =>
    identities.token(sampleIdentities[as].subject, BROKER_AUDIENCE)

  return {
    directory,
    dataDir,
    async start({ config = {}, before = [], from = 'source' } = {}) {
      const broker = await startProcess(
        { ...base, ...config },
        { before, clockFile: join(directory, 'clock'), from },
      )
      running.push(broker)
      return broker
    },
    async openSession(url) {
      const answer = await request(
        `${url}/v1/sessions`,
        await tokenOf('agent'),
        JSON.stringify({
          purpose: 'HOPERAT',
          agent: { id: 'a' },
          client: { name: 'test', version: '0' },
          snowflake: { account: 'acme-clinic' },
        }),
      )
      if (!answer.ok) throw new Error(`no session: ${await answer.text()}`)
      return (await answer.json()) as Session
    },
    newRequest,
    post,
    async exported(url) {
      const token = await tokenOf('auditor')
      let text = ''
      for (let path: string | undefined = '/v1/audit/records'; path !== undefined; ) {
        const page = await request(`${url}${path}`, token)
        text += await page.text()
        if (!page.ok) throw new Error(`no export: ${text}`)
        path = /^<(.+)>; rel="next"$/.exec(page.headers.get('link') ?? '')?.[1]
      }
      return { ...parseExport(text), text }
    },
    key: async (url) => parseNoteKey(await (await fetch(`${url}/v1/audit/key`)).text()),
    async close() {
      for (const { process: child } of running) child.kill('SIGKILL')
      await identities.close()
      await rm(directory, { recursive: true, force: true })
    },
  }
}
