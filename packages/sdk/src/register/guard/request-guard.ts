import { AsyncLocalStorage } from 'node:async_hooks'
import { channel } from 'node:diagnostics_channel'
import { SnowfenceError } from '@snowfence/core/errors'
import {
  isSnowflakeHost,
  isSnowflakeRequest,
  type NamedHosts,
  type OutgoingRequest,
  serverName,
} from './snowflake-request.ts'

/** The file nearest to a request that is neither Node's nor this package's own. */
const sendingFile = (ownFolder: string): string | null => {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 30
  const lines = (new Error().stack ?? '').split('\n').slice(1)
  Error.stackTraceLimit = stackTraceLimit
  for (const line of lines) {
    const [, file] = /(?:at |\()((?:file:\/\/|\/|[A-Za-z]:[\\/])[^()]*?):\d+:\d+\)?$/.exec(line) ?? []
    if (file !== undefined && !file.includes(ownFolder)) return file
  }
  return null
}

const hintFor = (server: string): string =>
  [
    'import `snowflake-sdk` by its name, so that it can be governed, and tell a bundler to leave it external',
    'or open the connection with createGovernedConnection',
    ...(isSnowflakeHost(server)
      ? []
      : [`or, if \`${server}\` is a server of your own and not Snowflake, add it to SNOWFENCE_OTHER_HOSTS`]),
  ].join('; ')

/**
 * Adds an answer in the form in which Snowflake refuses, where HTTP clients keep the answer of a failed request. The driver
 * then fails at once and shows the text; it repeats a login for minutes after an error without an answer, and version 2
 * also after one with an HTTP status. Code and SQLSTATE are those of a missing privilege, as in every governed denial.
 */
const asAnswered = (error: SnowfenceError): SnowfenceError => {
  const { message, hint, code } = error
  const data = { errorCode: '003001', sqlState: '42501', snowfenceCode: code }
  const refusal = { success: false, code: '003001', message: `${message}. ${hint} (${code})`, data }
  const response = { status: 200, statusText: 'OK', headers: {}, data: refusal }
  return Object.defineProperty(error, 'response', { value: response })
}

export interface RequestGuardOptions {
  readonly accounts: ReadonlySet<string>
  readonly others: ReadonlySet<string>
  /** This package's files, which are left out where an error names the sender. */
  readonly ownFolder: string
}

/**
 * Decides which requests to Snowflake may be sent: those that begin inside of the governed driver.
 *
 * The driver's calls mark their asynchronous context. Connections and requests that begin in it are remembered, since a
 * request on an open connection is written in whatever context the connection has.
 */
export class RequestGuard {
  readonly #storage = new AsyncLocalStorage<object>()
  readonly #governed = new WeakSet<object>()
  readonly #accounts: Set<string>
  readonly #hosts: NamedHosts
  readonly #ownFolder: string
  readonly #told = new Set<string>()
  /** Set once the guard has been tried out: from then on each refusal is told on the console too. */
  isAnnouncing = false

  constructor({ accounts, others, ownFolder }: RequestGuardOptions) {
    this.#accounts = new Set(accounts)
    this.#hosts = { accounts: this.#accounts, others }
    this.#ownFolder = ownFolder
    channel('snowfence:driver').bindStore(this.#storage)
  }

  isInDriver(): boolean {
    return this.#storage.getStore() !== undefined
  }

  /** Remembers whether a connection or a request begins inside of the governed driver. */
  admit(thing: object): boolean {
    const isGoverned = this.isInDriver()
    if (isGoverned) this.#governed.add(thing)
    else this.#governed.delete(thing)
    return isGoverned
  }

  isGoverned(thing: object | null | undefined): boolean {
    return thing !== null && thing !== undefined && this.#governed.has(thing)
  }

  /** A host that the governed driver logs in to is an account of Snowflake's, whatever its name. */
  noteAccount(authority: string): void {
    this.#accounts.add(serverName(authority))
  }

  /** The error for a request to Snowflake; null for any other. The caller has asked whether it is the driver's own. */
  refusalOf(request: OutgoingRequest): SnowfenceError | null {
    return isSnowflakeRequest(request, this.#hosts) ? this.#refuse(request) : null
  }

  #refuse({ host, authority, target }: OutgoingRequest): SnowfenceError {
    // Never the query, which may hold a token.
    const path = target?.replace(/[?#].*$/s, '') ?? ''
    const server = authority ?? host ?? ''
    const where = path.startsWith('/') ? `${server}${path}` : path || server
    const file = sendingFile(this.#ownFolder)
    const error = new SnowfenceError('ERR_UNGOVERNED_REQUEST', {
      message: `a request to Snowflake, \`${where}\`, did not come from a governed connection: it was refused, and nothing of it was sent${file === null ? '' : ` (sent by ${file})`}`,
      hint: hintFor(server),
      details: { server, path, file },
    })
    this.#announce(error, `${server} ${file}`)
    return asAnswered(error)
  }

  /** Drivers replace the error of a failed request by one of their own, so it is also written to the console, once. */
  #announce({ message, hint: detail, code }: SnowfenceError, key: string): void {
    if (!this.isAnnouncing || this.#told.has(key)) return
    this.#told.add(key)
    process.emitWarning(message, { type: 'SnowfenceWarning', code, detail })
  }
}
