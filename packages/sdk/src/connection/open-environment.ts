import { randomBytes } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { createRandomVault } from '@snowfence/masking'
import { parsePolicy } from '@snowfence/policy'
import { createSqlAnalyzer } from '@snowfence/sql'
import { CatalogueCache } from '../catalogue/catalogue-cache.ts'
import { OwnResults } from '../pipeline/own-results.ts'
import type { PipelineEnvironment, PolicyInForce } from '../pipeline/pipeline-environment.ts'
import { RequestIds } from '../pipeline/request-ids.ts'
import type { OpenGovernance } from '../ports/governance.ts'
import { SubjectCounter } from '../rows/subject-counter.ts'
import type { ReceivedConnectionOptions } from './connection-options.ts'
import { LeasedSession } from './leased-session.ts'
import { rateLimitOf } from './rate-limit.ts'

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

/** Everything an open connection runs on. */
export interface OpenEnvironment {
  readonly pipeline: PipelineEnvironment
  readonly session: LeasedSession
  readonly ports: OpenGovernance
}

/** How a connection ends: told from outside, or by what happens on it. */
export interface ConnectionEnd {
  readonly signal: AbortSignal
  end(reason: Error): void
}

/** `acme-clinic` of `account`, or the first label of the address, as the driver takes it. */
export const accountOf = (driver: Readonly<Record<string, unknown>>): string => {
  if (typeof driver.account === 'string') return driver.account
  const address = typeof driver.accessUrl === 'string' ? new URL(driver.accessUrl).hostname : driver.host
  return String(address ?? '').split('.')[0] ?? ''
}

const serverOf = ({ accessUrl, host, port }: Readonly<Record<string, unknown>>) => {
  const url = typeof accessUrl === 'string' ? new URL(accessUrl) : null
  const number = url ? Number(url.port) : Number(port)
  return { host: url?.hostname ?? textOf(host), port: number > 0 ? number : null }
}

/** By what was told last. A refusal's own record brings the number up to date, so it holds no longer than it is true. */
const isUsedUp = (perHour: number | undefined, count: number | null | undefined): boolean =>
  perHour !== undefined && typeof count === 'number' && count >= perHour

const policyReader = (ports: OpenGovernance): (() => Promise<PolicyInForce>) => {
  let known: PolicyInForce | null = null
  return async () => {
    const { policy: payload, principal } = await ports.policy.current()
    if (known?.digest !== payload.digest)
      known = {
        policy: parsePolicy(payload.document, ports.setup && { setup: ports.setup }),
        digest: payload.digest,
        principal,
      }
    return known.principal === principal ? known : { ...known, principal }
  }
}

/**
 * Opens the ports, logs in under the first lease and asserts its role.
 * Whatever fails, what was opened before it is closed again.
 */
export const openEnvironment = async (
  options: ReceivedConnectionOptions,
  openPorts: (signal: AbortSignal) => Promise<OpenGovernance>,
  { signal, end }: ConnectionEnd,
): Promise<OpenEnvironment> => {
  const account = accountOf(options.driver)
  const analyzing = createSqlAnalyzer()
  analyzing.catch(() => {})
  const ports = await openPorts(signal)
  const session = new LeasedSession(options.driver, ports.credentials, account)
  try {
    const policy = policyReader(ports)
    const loggedIn = session.inner()
    // The login is on its way before the policy is read, which keeps this thread for a moment.
    await Promise.race([loggedIn, setImmediate()])
    const [{ principal }] = await Promise.all([policy(), loggedIn])
    const person = JSON.stringify([principal.issuer, principal.subject])
    const rateLimit = rateLimitOf(person)
    const { accessUrl, host, port } = options.driver
    const catalogue = new CatalogueCache({
      endpoint: JSON.stringify([accessUrl ?? host ?? null, port ?? null]),
      read: async (sqlText) => await (await session.inner()).read(sqlText),
      context: () => session.context(),
      logins: () => session.logins,
    })
    const analyzer = await analyzing
    signal.throwIfAborted()
    const sessionKey = randomBytes(32)
    const random = createRandomVault({ random: randomBytes })
    const pipeline: PipelineEnvironment = {
      ports,
      analyzer,
      server: serverOf(options.driver),
      agent: options.agent,
      purpose: options.purpose,
      onApproval: options.onApproval,
      approvalTimeoutMs: options.approvalTimeoutMs,
      fastPath: options.fastPath,
      maskMaterial: () => ({
        keys: { session: sessionKey, policy: ports.policyTokenKey },
        random,
        asOf: new Date(),
      }),
      now: () => new Date(),
      policy,
      lastReceipt: { digest: null, isFailing: false },
      ownResults: new OwnResults(),
      requestIds: new RequestIds(),
      subjects: new SubjectCounter(person),
      catalogue,
      context: () => session.context(),
      queryTag: () => session.queryTag ?? options.queryTag,
      asked: { database: textOf(options.driver.database), schema: textOf(options.driver.schema) },
      inner: () => session.inner(),
      openElevated: (lease) => session.openElevated(lease),
      countStatement: (perHour) =>
        !isUsedUp(perHour, ports.statementsThisHour?.()) && rateLimit.take(perHour, Date.now()),
      end,
    }
    return { pipeline, session, ports }
  } catch (error) {
    await session.close()
    await ports.close()
    throw error
  }
}

/** What the ports are told about a connection before they open. */
export const governanceRequestOf = (options: ReceivedConnectionOptions) => ({
  account: accountOf(options.driver),
  warehouse: textOf(options.driver.warehouse),
  role: textOf(options.driver.role),
  purpose: options.purpose,
  agent: options.agent,
})
