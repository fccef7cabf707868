import { EventEmitter } from 'node:events'
import { createClientError, createGovernedError, createParameterError } from '../driver/driver-error.ts'
import { createProbeConnection } from '../driver/probe-connection.ts'
import type { DriverConnection, DriverStatement } from '../driver/snowflake-driver.ts'
import { translateDriverError, translateLoginError } from '../driver/translate-error.ts'
import { governStatement } from '../pipeline/govern-statement.ts'
import type { GovernedResult } from '../pipeline/governed-result.ts'
import type { OpenGovernance } from '../ports/governance.ts'
import { GovernedStatement } from '../statement/governed-statement.ts'
import { type ReceivedStatement, type RowMode, receiveStatement } from '../statement/statement-options.ts'
import type { ReceivedConnectionOptions } from './connection-options.ts'
import { governanceRequestOf, type OpenEnvironment, openEnvironment } from './open-environment.ts'
import { StatementQueue } from './statement-queue.ts'

type ConnectionState = 'pristine' | 'connecting' | 'connected' | 'ended'
type ConnectCallback = (error: unknown, connection: GovernedConnection) => void

/** snowflake-sdk: `rowStreamHighWaterMark` is 10 unless the connection says otherwise. */
const DEFAULT_HIGH_WATER_MARK = 10

const textless = { traceId: null, redact: () => '' } as const

const requireCallback = (callback: unknown, kind: 'connectCallback' | 'destroyCallback'): void => {
  if (callback !== undefined && callback !== null && typeof callback !== 'function')
    throw createParameterError(kind)
}

const refuseMember = (member: string, instead: string): Error =>
  createGovernedError('ERR_MEMBER_REFUSED', {
    message: `\`${member}\` is refused on a governed connection`,
    hint: instead,
  })

/**
 * snowflake-sdk's connection, governed. Made by `createGovernedConnection`.
 *
 * Everything that holds a credential, a driver object or a raw value is in private fields, so `inspect`, JSON and the
 * event-emitter members show none of it.
 */
export class GovernedConnection extends EventEmitter {
  readonly #options: ReceivedConnectionOptions
  readonly #probe: DriverConnection
  readonly #openPorts: (signal: AbortSignal) => Promise<OpenGovernance>
  readonly #queue = new StatementQueue()
  readonly #pending = new Set<GovernedStatement>()
  readonly #unsettled = new Set<GovernedResult>()
  readonly #ending = new AbortController()
  #state: ConnectionState = 'pristine'
  #environment: Promise<OpenEnvironment> | null = null
  #open: OpenEnvironment | null = null

  constructor(
    options: ReceivedConnectionOptions,
    openPorts: (signal: AbortSignal) => Promise<OpenGovernance>,
  ) {
    super()
    this.#options = options
    this.#probe = createProbeConnection(options.driver)
    this.#openPorts = openPorts
  }

  /**
   * Starts a session: identity, policy, lease, login, role check, catalogue. The callback is given this connection.
   *
   * @throws the driver's InvalidParameterError 405001 for a callback that is not a function
   */
  connect(callback?: ConnectCallback): this {
    requireCallback(callback, 'connectCallback')
    this.#connect().then(
      () => callback?.(undefined, this),
      (error: unknown) => callback?.(error, this),
    )
    return this
  }

  /**
   * Like `connect`. Without a callback a failure rejects, where the driver's promise would resolve; with one, the
   * callback has the error and the promise resolves.
   */
  async connectAsync(callback?: ConnectCallback): Promise<this> {
    requireCallback(callback, 'connectCallback')
    try {
      await this.#connect()
    } catch (error) {
      if (!callback) throw error
      callback(error, this)
      return this
    }
    callback?.(undefined, this)
    return this
  }

  /**
   * Governs and runs a statement. Returns at once, as the driver does; a denial arrives through `complete`.
   *
   * @throws the driver's MissingParameterError and InvalidParameterError, 409xxx and 411006, synchronously
   */
  execute(options: unknown): GovernedStatement {
    const received = receiveStatement(this.#probe, options)
    return this.#start(received)
  }

  /** Ends the session: pending statements fail with 407002, pending approvals are withdrawn, the lease is let go. */
  destroy(callback?: ConnectCallback): this {
    requireCallback(callback, 'destroyCallback')
    this.#destroy().then(
      () => callback?.(undefined, this),
      (error: unknown) => callback?.(error, this),
    )
    return this
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#state === 'connecting' || this.#state === 'connected') await this.#destroy()
  }

  isUp(): boolean {
    return (
      this.#state === 'connecting' || (this.#state === 'connected' && this.#open?.session.isUp() === true)
    )
  }

  async isValidAsync(): Promise<boolean> {
    if (this.#state !== 'connected' || !this.#open) return false
    try {
      return await (await this.#open.session.inner()).isValid()
    } catch {
      return false
    }
  }

  getId(): string {
    return this.#probe.getId()
  }

  getServiceName(): string {
    return this.#probe.getServiceName()
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

  /** @throws GovernedError ERR_MEMBER_REFUSED: it would hand out the session's tokens */
  serialize(): string {
    throw refuseMember('serialize', 'open another governed connection where the session is needed')
  }

  async #connect(): Promise<void> {
    if (this.#state === 'connecting') throw createClientError('alreadyConnecting')
    if (this.#state === 'connected') throw createClientError('alreadyConnected')
    if (this.#state === 'ended') throw createClientError('connectAfterEnd')
    this.#state = 'connecting'
    this.#environment = openEnvironment(this.#options, this.#openPorts, this.#ending.signal)
    try {
      const open = await this.#environment
      if (this.#ending.signal.aborted) {
        await open.session.close()
        await open.ports.close()
        throw createClientError('terminated')
      }
      this.#open = open
      this.#state = 'connected'
      open.ports.onRevoked((reason) => void this.#revoke(reason))
    } catch (error) {
      this.#state = 'ended'
      throw translateLoginError(error)
    }
  }

  #start(received: ReceivedStatement): GovernedStatement {
    const { driver } = this.#options
    const turn = this.#queue.enter()
    const environment = this.#environmentFor()
    const rowMode = received.rowMode ?? (driver.rowMode as RowMode | undefined) ?? 'object'
    const statement = new GovernedStatement(received, {
      probe: this.#probe,
      highWaterMark: (driver.rowStreamHighWaterMark as number | undefined) ?? DEFAULT_HIGH_WATER_MARK,
      streamResult: received.streamResult ?? driver.streamResult === true,
      redact: (text) => this.#open?.pipeline.redact(text) ?? '',
      start: async (self, signal) => {
        try {
          const { pipeline, session } = await environment
          const result = await governStatement(received, pipeline, {
            turn,
            signal,
            rowMode,
            onSent: (sent: DriverStatement) => GovernedStatement.attach(self, sent),
            onRan: (executable, state) => session.note(executable, state),
          })
          this.#unsettled.add(result)
          return result
        } catch (error) {
          throw translateDriverError(error, textless)
        } finally {
          turn.end()
          this.#pending.delete(self)
        }
      },
    })
    this.#pending.add(statement)
    return statement
  }

  async #environmentFor(): Promise<OpenEnvironment> {
    if (this.#ending.signal.aborted) throw this.#ending.signal.reason
    if (this.#state === 'pristine') throw createClientError('neverConnected')
    if (this.#state === 'ended' || !this.#environment) throw createClientError('terminated')
    return await this.#environment.catch(() => {
      throw createClientError('terminated')
    })
  }

  async #destroy(): Promise<void> {
    if (this.#state === 'pristine') throw createClientError('destroyBeforeConnect')
    if (this.#state === 'ended') throw createClientError('destroyTwice')
    await this.#end(createClientError('terminated'))
  }

  async #revoke(reason: string): Promise<void> {
    if (this.#state !== 'connected') return
    await this.#end(
      createGovernedError('ERR_SESSION_REVOKED', { message: `the session was revoked: ${reason}` }),
    )
  }

  async #end(reason: Error): Promise<void> {
    this.#state = 'ended'
    this.#ending.abort(reason)
    for (const statement of this.#pending) GovernedStatement.abort(statement, reason)
    const open = this.#open
    if (!open) return
    await Promise.allSettled([...this.#unsettled].map((result) => result.settle({ rows: 0, error: null })))
    await open.session.close()
    await open.ports.close()
  }
}
