import { X509Certificate } from 'node:crypto'
import { type Agent, agentSchema, parseOnce, SnowfenceError } from '@snowfence/core'
import { declaredAgent, declaredWord } from '@snowfence/masking'
import type { DriverConnectionOptions } from '../driver/snowflake-driver.ts'
import type { IdentitySource } from '../identity/identity-source.ts'
import type { Governance } from '../ports/governance.ts'

/** Options of snowflake-sdk that are passed on. Everything else is refused: an option nobody has judged is a way around. */
const passedOn = [
  'account',
  'region',
  'accessUrl',
  'host',
  'port',
  'protocol',
  'warehouse',
  'database',
  'schema',
  'role',
  'application',
  'serviceName',
  'clientSessionKeepAlive',
  'clientSessionKeepAliveHeartbeatFrequency',
  'jsTreatIntegerAsBigInt',
  'gcsUseDownscopedCredential',
  'disableQueryContextCache',
  'rowMode',
  'streamResult',
  'fetchAsString',
  'representNullAsStringNull',
  'rowStreamHighWaterMark',
  'resultPrefetch',
  'timeout',
  'retryTimeout',
  'sfRetryMaxLoginRetries',
  'sfRetryMaxNumRetries',
  'sfRetryMaxSleepTime',
  'sfRetryStartingSleepTime',
  'includeRetryReason',
  'validateDefaultParameters',
  'proxyHost',
  'proxyPort',
  'proxyUser',
  'proxyPassword',
  'proxyProtocol',
  'noProxy',
  'useConnectionConfigProxyForOCSP',
  'certRevocationCheckMode',
  'crlAllowCertificatesWithoutCrlURL',
  'crlInMemoryCache',
  'crlOnDiskCache',
  'crlDownloadTimeout',
] as const

/** Accepted for compatibility and without effect: the lease names the user, and bulk binds are always sent inline. */
const withoutEffect = ['username', 'arrayBindingThreshold'] as const

/** Taken into the tag that ties a query to its audit record; the driver would let it overwrite that one. */
const QUERY_TAG = 'queryTag'

/** Whether an option of snowflake-sdk's has its effect on a governed connection. */
export const isHeeded = (name: string): boolean =>
  name === QUERY_TAG || (passedOn as readonly string[]).includes(name)

const ownOptions = [
  'broker',
  'brokerCa',
  'governance',
  'identity',
  'purpose',
  'agent',
  'onApproval',
  'approvalTimeoutMs',
  'fastPath',
] as const

const credentialOption =
  /^(password|pass(code|codeInPassword)|token|tokenFilePath|privateKey.*|authenticator|sessionToken.*|masterToken.*|oauth.*|workloadIdentity.*|clientRequestMFAToken|clientStoreTemporaryCredential|credentialCacheDir)$/i

const whyRefused = (name: string): { message: string; hint: string } => {
  if (credentialOption.test(name))
    return {
      message: `the option \`${name}\` is a credential, and a governed connection takes its credential from its lease`,
      hint: `remove \`${name}\`; the broker hands out a short-lived credential for the identity`,
    }
  if (name === 'disableOCSPChecks')
    return {
      message: 'the option `disableOCSPChecks` would weaken the transport',
      hint: 'remove `disableOCSPChecks`',
    }
  return {
    message: `the option \`${name}\` is not known to be safe on a governed connection`,
    hint: `remove \`${name}\``,
  }
}

export interface GovernedOptions {
  /** Address of the broker, https; plain http only on loopback. */
  readonly broker?: string | URL
  /**
   * The certificate authority of the broker, as PEM text, where it is a private one. It alone vouches for the broker
   * then, and none of the authorities that Node knows.
   */
  readonly brokerCa?: string
  /** Ports filled by hand instead of a broker: a local policy, an approvals callback, a local journal. */
  readonly governance?: Governance
  /** Who the program is: where its OIDC identity token comes from. Needed with `broker`. */
  readonly identity?: IdentitySource
  /** Purpose of use, a code of HL7 PurposeOfUse such as `TREAT` or `HOPERAT`. */
  readonly purpose: string
  readonly agent: Agent
  /** `wait` (default) blocks until a person has answered; `throw` fails at once with the request's id. */
  readonly onApproval?: 'wait' | 'throw'
  /** How long a statement waits for a person before it is withdrawn, in milliseconds. Default: the rule's deadline. */
  readonly approvalTimeoutMs?: number
  /** `false` keeps to the driver's public API, and on a process's first connection loads the driver whole. Default `true`. */
  readonly fastPath?: boolean
}

/** snowflake-sdk's connection options without a credential, and what governs them. */
export type GovernedConnectionOptions = Omit<
  DriverConnectionOptions,
  'password' | 'token' | 'privateKey' | 'privateKeyPath' | 'privateKeyPass' | 'authenticator'
> &
  GovernedOptions

export interface ReceivedConnectionOptions {
  readonly driver: Readonly<Record<string, unknown>>
  readonly queryTag: string | null
  readonly broker: URL | null
  readonly brokerCa: string | null
  readonly governance: Governance | null
  readonly identity: IdentitySource | null
  readonly purpose: string
  readonly agent: Agent
  readonly onApproval: 'wait' | 'throw'
  readonly approvalTimeoutMs: number | null
  readonly fastPath: boolean
}

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname === '[::1]' ||
  hostname === '::1' ||
  /^127\.\d+\.\d+\.\d+$/.test(hostname)

const refuse = (message: string, hint: string): never => {
  throw new SnowfenceError('ERR_OPTION_REFUSED', { message, hint })
}

const requireSafeTransport = (name: string, value: string | URL): URL => {
  let url: URL
  try {
    url = new URL(value)
  } catch (cause) {
    throw new TypeError(`\`${name}\` must be a URL`, { cause })
  }
  const isSafe = url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))
  if (!isSafe)
    refuse(`the option \`${name}\` would send credentials over plain http`, `use https for \`${name}\``)
  return url
}

const requireAuthority = (ca: unknown, broker: URL | null): string => {
  if (broker?.protocol !== 'https:') throw new TypeError('`brokerCa` needs a `broker` at an https address')
  try {
    if (typeof ca === 'string' && new X509Certificate(ca)) return ca
  } catch {
    // What was given could be a key, so it is in no error.
  }
  throw new TypeError('`brokerCa` must be a certificate authority as PEM text')
}

/**
 * Reads and copies the options of a governed connection. The caller's object is never changed. Identifiers in what the
 * program declares about itself are replaced here, before anything of it is stored or sent.
 *
 * @throws TypeError when an own option is missing or of the wrong form
 * @throws SnowfenceError ERR_OPTION_REFUSED for credentials, insecure transport and options nobody has judged
 */
export const receiveConnectionOptions = (options: GovernedConnectionOptions): ReceivedConnectionOptions => {
  if (options === null || typeof options !== 'object')
    throw new TypeError('the options of a governed connection must be an object')
  const given = { ...options } as Record<string, unknown>
  const known = new Set<string>([...passedOn, QUERY_TAG, ...withoutEffect, ...ownOptions])
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || known.has(name)) continue
    const { message, hint } = whyRefused(name)
    refuse(message, hint)
  }
  if (typeof given.accessUrl === 'string') requireSafeTransport('accessUrl', given.accessUrl)
  if (given.protocol === 'http' && !isLoopback(String(given.host ?? '')))
    refuse('the option `protocol` would send credentials over plain http', 'use https')
  const purpose = given.purpose
  if (typeof purpose !== 'string' || purpose === '')
    throw new TypeError('`purpose` must name the purpose of use, such as `TREAT`')
  const agent = agentSchema.safeParse(given.agent, parseOnce)
  if (!agent.success) throw new TypeError('`agent` must be an object with at least an `id`')
  const broker = given.broker === undefined ? null : requireSafeTransport('broker', given.broker as string)
  const brokerCa = given.brokerCa === undefined ? null : requireAuthority(given.brokerCa, broker)
  const governance = (given.governance as Governance | undefined) ?? null
  const identity = (given.identity as IdentitySource | undefined) ?? null
  if ((broker === null) === (governance === null))
    throw new TypeError('exactly one of `broker` and `governance` must be given')
  if (broker !== null && typeof identity?.token !== 'function')
    throw new TypeError('`identity` must be an identity source, such as `identity.fromFile(path)`')
  return Object.freeze({
    driver: Object.freeze(
      Object.fromEntries(
        passedOn.filter((name) => given[name] !== undefined).map((name) => [name, given[name]]),
      ),
    ),
    queryTag: typeof given.queryTag === 'string' ? given.queryTag : null,
    broker,
    brokerCa,
    governance,
    identity,
    purpose: declaredWord(purpose),
    agent: declaredAgent(agent.data),
    onApproval: given.onApproval === 'throw' ? 'throw' : 'wait',
    approvalTimeoutMs: typeof given.approvalTimeoutMs === 'number' ? given.approvalTimeoutMs : null,
    fastPath: given.fastPath !== false,
  })
}
