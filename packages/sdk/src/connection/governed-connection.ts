import { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import { bindMembers } from '../driver/bind-members.ts'
import { createGovernedError, createParameterError } from '../driver/driver-error.ts'
import { createProbeConnection } from '../driver/probe-connection.ts'
import type { DriverConnection, DriverConnectionCallback, DriverError } from '../driver/snowflake-driver.ts'
import { translateDriverError } from '../driver/translate-error.ts'
import type { GovernedStatement } from '../statement/governed-statement.ts'
import {
  type GovernedStatementOptions,
  receiveFetch,
  receiveStatement,
} from '../statement/statement-options.ts'
import { ConnectionEngine, type OpenPorts } from './connection-engine.ts'
import type { ReceivedConnectionOptions } from './connection-options.ts'
import {
  type LookUpOptions,
  lookUpStatement,
  type StatementKey,
  type StatementLookUp,
} from './look-up-statement.ts'
import { type Outcome, PromiseForms, type QueryOptions, type QueryResult } from './promise-forms.ts'
import { waitForQuery } from './wait-for-query.ts'

const requireCallback = (callback: unknown, kind: 'connectCallback' | 'destroyCallback'): void => {
  if (callback !== undefined && callback !== null && typeof callback !== 'function')
    throw createParameterError(kind)
}

/** The driver's own complaint about an argument is the caller's; everything else is rebuilt from its safe parts. */
const shownError = (error: unknown): Error =>
  error instanceof Error && error.name.endsWith('ParameterError') ? error : translateDriverError(error, null)

const refuseMember = (member: string, instead: string): Error =>
  createGovernedError('ERR_MEMBER_REFUSED', {
    message: `\`${member}\` is refused on a governed connection`,
    hint: instead,
  })

/** The driver's members: its own ones on every connection, so a library may enumerate, take off or replace them. */
const ownMembers = [
  'getTokens',
  'isUp',
  'isTokenValid',
  'getServiceName',
  'getClientSessionKeepAlive',
  'getClientSessionKeepAliveHeartbeatFrequency',
  'getJsTreatIntegerAsBigInt',
  'getId',
  'heartbeat',
  'heartbeatAsync',
  'isValidAsync',
  'setupOcspPrivateLink',
  'determineConnectionDomain',
  'connect',
  'connectAsync',
  'execute',
  'fetchResult',
  'destroy',
  'getQueryStatus',
  'getQueryStatusThrowIfError',
  'getResultsFromQueryId',
  'isStillRunning',
  'isAnError',
  'serialize',
] as const satisfies readonly (keyof GovernedConnection)[]

type DriverConnected = Awaited<ReturnType<DriverConnection['connectAsync']>>

/** Up to snowflake-sdk 2.0 the promise of `connectAsync` is declared to hold nothing; ours can be taken for that too. */
type Connected<Connection> = DriverConnected extends object ? Connection : Connection & DriverConnected

/**
 * snowflake-sdk's connection, governed. Made by `createGovernedConnection`.
 *
 * Everything that holds a credential, a driver object or a raw value is in private fields, so `inspect`, JSON and the
 * event-emitter members show none of it.
 */
export class GovernedConnection extends EventEmitter {
  readonly #options: ReceivedConnectionOptions
  readonly #probe: DriverConnection
  readonly #engine: ConnectionEngine
  readonly #forms: PromiseForms

  constructor(options: ReceivedConnectionOptions, openPorts: OpenPorts) {
    super()
    this.#options = options
    this.#probe = createProbeConnection(options.driver, options)
    this.#engine = new ConnectionEngine(options, openPorts)
    this.#forms = new PromiseForms((given) => this.execute(given))
    bindMembers(this, ownMembers)
  }

  /** For pools: resolves when every statement was answered. */
  static async whenAnswered(connection: GovernedConnection): Promise<void> {
    await connection.#engine.whenAnswered()
  }

  /**
   * Starts a session: identity, policy, lease, login, role check, catalogue. The callback is given this connection.
   *
   * @throws the driver's InvalidParameterError 405001 for a callback that is not a function
   */
  connect(callback?: DriverConnectionCallback): this {
    requireCallback(callback, 'connectCallback')
    this.#engine.connect().then(
      () => this.#call(callback, null),
      (error: unknown) => this.#call(callback, error),
    )
    return this
  }

  /**
   * Like `connect`. Without a callback a failure rejects, where the driver's promise would resolve; with one, the
   * callback has the error and the promise resolves.
   */
  async connectAsync(callback?: DriverConnectionCallback): Promise<Connected<this>> {
    requireCallback(callback, 'connectCallback')
    try {
      await this.#engine.connect()
    } catch (error) {
      if (!callback) throw error
      this.#call(callback, error)
      return this
    }
    this.#call(callback, null)
    return this
  }

  /**
   * Governs and runs a statement. Returns at once, as the driver does; a denial arrives through `complete`.
   *
   * @throws the driver's MissingParameterError and InvalidParameterError, 409xxx and 411006, synchronously
   */
  execute(options: GovernedStatementOptions): GovernedStatement {
    return this.#engine.start(receiveStatement(this.#probe, options))
  }

  /**
   * Fetches the result of a statement that this connection ran, judged again under the policy in force. Results of
   * other connections, and of statements that needed an approval, are refused.
   *
   * @throws the driver's MissingParameterError and InvalidParameterError, 410xxx, synchronously
   */
  fetchResult(options: unknown): GovernedStatement {
    const { received, queryId } = receiveFetch(this.#probe, options)
    return this.#engine.start(received, { fetchOf: queryId })
  }

  /** Waits until a query of this connection has ended, then fetches its result. */
  async getResultsFromQueryId(
    options: Parameters<DriverConnection['getResultsFromQueryId']>[0],
  ): Promise<GovernedStatement> {
    const { queryId } = options
    const { session } = await this.#engine.environment()
    try {
      await waitForQuery(await session.inner(), queryId)
    } catch (error) {
      throw shownError(error)
    }
    return this.fetchResult({ ...options, queryId })
  }

  async getQueryStatus(queryId: string): Promise<string> {
    return await this.#status(queryId, false)
  }

  async getQueryStatusThrowIfError(queryId: string): Promise<string> {
    return await this.#status(queryId, true)
  }

  /**
   * Runs a statement and gives its masked rows.
   *
   * @throws GovernedError for a denial, with rule, reason and hint; ERR_APPROVAL_PENDING with `onApproval: 'throw'`
   */
  async query<Row = Record<string, unknown>>(
    sqlText: string,
    binds?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<QueryResult<Row>> {
    return await this.#forms.query<Row>(sqlText, binds, options)
  }

  /** Like `query`, but a denial and a pending approval are answers and not errors: for agents that act on them. */
  async attempt<Row = Record<string, unknown>>(
    sqlText: string,
    binds?: readonly unknown[],
    options?: QueryOptions,
  ): Promise<Outcome<Row>> {
    return await this.#forms.attempt<Row>(sqlText, binds, options)
  }

  /** The masked rows of a statement, one by one: `for await (const row of connection.stream(sql))`. */
  stream(sqlText: string, binds?: readonly unknown[], options?: QueryOptions): Readable {
    return this.#forms.stream(sqlText, binds, options)
  }

  /**
   * Continues a statement that failed with ERR_APPROVAL_PENDING: waits for the answer and runs it. In another process
   * than the one that asked, the statement must be given again; it runs only if it is the one that was approved.
   */
  async resume<Row = Record<string, unknown>>(
    approvalId: string,
    statement?: { readonly sqlText: string; readonly binds?: readonly unknown[] },
    options?: QueryOptions,
  ): Promise<QueryResult<Row>> {
    return await this.#forms.resume<Row>(approvalId, statement, options)
  }

  /**
   * Looks a statement of this agent up in Snowflake's own history: for a write whose error says `execution: 'unknown'`,
   * and for one that a program had begun when it crashed. Never run such a write again without this.
   *
   * @example `await connection.lookUp({ queryTag: 'order-4711' })`, where the statement had
   * `parameters: { QUERY_TAG: 'order-4711' }`
   */
  async lookUp(key: StatementKey, { since }: LookUpOptions = {}): Promise<StatementLookUp> {
    const { session } = await this.#engine.environment()
    try {
      const inner = await session.inner()
      const { database } = session.context()
      return await lookUpStatement(inner, key, { database, agentId: this.#options.agent.id, since })
    } catch (error) {
      throw shownError(error)
    }
  }

  /** Ends the session: pending statements fail with 407002, pending approvals are withdrawn, the lease is let go. */
  destroy(callback?: DriverConnectionCallback): this {
    requireCallback(callback, 'destroyCallback')
    this.#engine.destroy().then(
      () => this.#call(callback, undefined),
      (error: unknown) => this.#call(callback, error),
    )
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#engine.state === 'connecting' || this.#engine.state === 'connected')
      await this.#engine.destroy()
  }

  isUp(): boolean {
    return this.#engine.isUp()
  }

  async isValidAsync(): Promise<boolean> {
    if (this.#engine.state !== 'connected') return false
    try {
      const { session } = await this.#engine.environment()
      return await (await session.inner()).isValid()
    } catch {
      return false
    }
  }

  /** Keeps the session alive. A member of the driver's that its types leave out. */
  heartbeat(callback?: (error: unknown, body?: unknown) => void): void {
    const notify = typeof callback === 'function' ? callback : () => {}
    this.heartbeatAsync().then(
      () => notify(null, undefined),
      (error: unknown) => notify(error),
    )
  }

  async heartbeatAsync(): Promise<unknown> {
    const { session } = await this.#engine.environment()
    try {
      await (await session.inner()).heartbeat()
    } catch (error) {
      throw shownError(error)
    }
    return [{ 1: 1 }]
  }

  isTokenValid(): boolean {
    return this.#engine.isUp()
  }

  getId(): string {
    return this.#probe.getId()
  }

  getServiceName(): string {
    return this.#probe.getServiceName()
  }

  getClientSessionKeepAlive(): boolean {
    return this.#options.driver.clientSessionKeepAlive === true
  }

  getClientSessionKeepAliveHeartbeatFrequency(): number {
    return this.#untyped().getClientSessionKeepAliveHeartbeatFrequency()
  }

  getJsTreatIntegerAsBigInt(): boolean {
    return this.#options.driver.jsTreatIntegerAsBigInt === true
  }

  determineConnectionDomain(): string {
    return this.#untyped().determineConnectionDomain()
  }

  isStillRunning(status: Parameters<DriverConnection['isStillRunning']>[0]): boolean {
    return this.#probe.isStillRunning(status)
  }

  isAnError(status?: unknown): boolean {
    return (this.#probe.isAnError as (status: unknown) => boolean)(status)
  }

  setupOcspPrivateLink(host: string): void {
    this.#probe.setupOcspPrivateLink(host)
  }

  /** Always empty: the driver's answers outside its own tests, too. */
  getTokens(): Record<string, never> {
    return {}
  }

  /** @throws GovernedError ERR_MEMBER_REFUSED: it would hand out the session's tokens */
  serialize(): string {
    throw refuseMember('serialize', 'open another governed connection where the session is needed')
  }

  /** What a callback throws is the program's own uncaught exception, and never a second login, as with the driver. */
  #call(callback: DriverConnectionCallback | undefined, error: unknown): void {
    try {
      callback?.(error as DriverError | undefined, this)
    } catch (thrown) {
      process.nextTick(() => {
        throw thrown
      })
    }
  }

  async #status(queryId: string, throwIfError: boolean): Promise<string> {
    const { session } = await this.#engine.environment()
    try {
      return await (await session.inner()).getQueryStatus(queryId, { throwIfError })
    } catch (error) {
      throw shownError(error)
    }
  }

  /** Members that the driver has and its types leave out. */
  #untyped() {
    return this.#probe as unknown as {
      getClientSessionKeepAliveHeartbeatFrequency(): number
      determineConnectionDomain(): string
    }
  }
}
