import { setTimeout as pause } from 'node:timers/promises'
import { runAsDriver } from './driver-context.ts'
import { createGovernedError } from './driver-error.ts'
import { reachesServer } from './reaches-server.ts'
import { type DriverConnection, loadDriver } from './snowflake-driver.ts'

/** How often a login is tried again where the program does not say, and the first of the pauses, which double. */
const RETRIES = 4
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 16_000
/** An address that nobody has, or at which nobody listens, is tried again no more often: it rarely comes to be one. */
const RETRIES_OF_NOBODY = 2
/** A login that has no answer for so long is helped by a look at whether there is a way to the server at all. */
const SILENT_MS = 5_000
/** A login that has no answer then gets none, unless the program's own `timeout` says otherwise. */
const LONGEST_LOGIN_MS = 30_000

const nobody = new Set(['ENOTFOUND', 'ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'])
const broken = new Set(['ECONNRESET', 'EPIPE'])
/** Whoever has waited for so long is told, and not made to wait again. */
const silent = new Set(['ETIMEDOUT', 'ECONNABORTED', 'no answer'])

type Settings = Readonly<Record<string, unknown>>

interface LoginFailure {
  /** A system's or TLS's code, or an HTTP status. */
  readonly because: string
  readonly retries: number
  readonly hint: string
}

/** Why a login got no answer of Snowflake's; null where it did, and was refused. */
const readFailure = (error: unknown): LoginFailure | null => {
  const { name, cause, response } = (error ?? {}) as {
    name?: unknown
    cause?: { code?: unknown } | null
    response?: { statusCode?: unknown } | null
  }
  if (name === 'RequestFailedError') return ofStatus(Number(response?.statusCode ?? 0))
  if (name !== 'NetworkError') return null
  const because = typeof cause?.code === 'string' ? cause.code : 'no answer'
  if (nobody.has(because)) return { because, retries: RETRIES_OF_NOBODY, hint: hints.nobody }
  if (broken.has(because)) return { because, retries: RETRIES, hint: hints.broken }
  return { because, retries: 0, hint: silent.has(because) ? hints.broken : hints.tls }
}

const ofStatus = (status: number): LoginFailure => {
  const isPassing = status === 0 || status === 408 || status === 429 || status >= 500
  return {
    because: status === 0 ? 'no answer' : `HTTP ${status}`,
    retries: isPassing ? RETRIES : 0,
    hint: isPassing ? hints.broken : hints.other,
  }
}

const hints = {
  nobody:
    'check `account` (ORGANIZATION-ACCOUNT) and `accessUrl` of the connection, the name server, and whether a proxy is needed (`proxyHost`, HTTPS_PROXY)',
  broken:
    'try again; if it lasts, look at status.snowflake.com, and at firewalls and proxies between this machine and that address',
  tls: 'check that `accessUrl` begins with https, and that this machine trusts the certificate: NODE_EXTRA_CA_CERTS names the authority of a proxy that reads along',
  other:
    'check `account` and `accessUrl`: something else than Snowflake answers there, or it does not know the account',
}

/**
 * Logs in on a new connection of the driver's. A login that gets no answer of Snowflake's is tried again here and not by the
 * driver, whose own retries take up to five minutes also where nobody has the address.
 *
 * @throws GovernedError ERR_WAREHOUSE_UNREACHABLE, or the driver's error when Snowflake refuses
 */
export const logIn = async (settings: Settings): Promise<DriverConnection> => {
  const wanted = settings.sfRetryMaxLoginRetries
  for (let tried = 0; ; tried += 1) {
    try {
      return await logInOnce(settings)
    } catch (error) {
      const failure = readFailure(error)
      if (failure === null) throw error
      const retries = typeof wanted === 'number' && failure.retries > 0 ? wanted : failure.retries
      if (tried >= retries) throw unreachable(settings, failure, error)
      await pause(Math.min(FIRST_PAUSE_MS * 2 ** tried, LONGEST_PAUSE_MS) * (0.75 + Math.random() / 2))
    }
  }
}

const logInOnce = async (settings: Settings): Promise<DriverConnection> => {
  const options = { ...settings, sfRetryMaxLoginRetries: 0 } as Parameters<
    ReturnType<typeof loadDriver>['createConnection']
  >[0]
  const connection = runAsDriver(() => loadDriver().createConnection(options))
  const answered = new AbortController()
  const login = new Promise<void>((resolve, reject) => {
    // The driver logs in again when this callback throws, so it must not.
    runAsDriver(() => connection.connect((error) => (error ? reject(error) : resolve())))
  }).finally(() => answered.abort())
  try {
    await Promise.race([login, unlessItIsSilent(settings, answered.signal)])
    return connection
  } catch (error) {
    // An answer that comes after all must leave no session behind.
    login.then(
      () => connection.destroy(() => {}),
      () => {},
    )
    throw error
  }
}

/** Rejects when a login has no answer and there is no way to its server, or has none for too long. Never resolves. */
const unlessItIsSilent = async (settings: Settings, signal: AbortSignal): Promise<never> => {
  const waited = await pause(SILENT_MS, true, { signal, ref: false }).catch(() => false)
  const longest = typeof settings.timeout === 'number' ? settings.timeout : LONGEST_LOGIN_MS
  if (waited && (await reachesServer(addressOf(settings), settings)))
    await pause(Math.max(0, longest - SILENT_MS), null, { signal, ref: false }).catch(() => null)
  if (waited && !signal.aborted)
    throw unreachable(settings, { because: 'no answer', retries: 0, hint: hints.broken }, null)
  return await new Promise<never>(() => {})
}

/** Where the driver logs in; null where the options do not tell. */
const addressOf = ({ accessUrl, host, account, port, protocol }: Settings): URL | null => {
  const name = typeof host === 'string' ? host : `${String(account ?? '')}.snowflakecomputing.com`
  const text =
    typeof accessUrl === 'string'
      ? accessUrl
      : `${typeof protocol === 'string' ? protocol : 'https'}://${name}${Number(port) > 0 ? `:${Number(port)}` : ''}`
  return URL.canParse(text) ? new URL(text) : null
}

const unreachable = (settings: Settings, { because, hint }: LoginFailure, error: unknown): Error => {
  const { code, name } = (error ?? {}) as { code?: unknown; name?: unknown }
  return createGovernedError('ERR_WAREHOUSE_UNREACHABLE', {
    // snowflake-sdk: 401001 for a network that fails, 401002 for another answer than Snowflake's.
    code: typeof code === 'number' ? code : 401001,
    name: typeof name === 'string' ? name : 'NetworkError',
    // SQL: the client could not establish the connection.
    sqlState: '08001',
    message: `the warehouse could not be reached at ${addressOf(settings)?.host ?? 'its address'} (${because})`,
    hint,
  })
}
