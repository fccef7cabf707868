import { createClientError, createGovernedError } from '../driver/driver-error.ts'
import type { DriverStatement } from '../driver/snowflake-driver.ts'
import { translateDriverError, translateLoginError } from '../driver/translate-error.ts'
import { governStatement, type StatementControl } from '../pipeline/govern-statement.ts'
import type { GovernedResult } from '../pipeline/governed-result.ts'
import { untilAborted } from '../pipeline/until-aborted.ts'
import type { OpenGovernance } from '../ports/governance.ts'
import {
  type Following,
  GovernedStatement,
  internalsOf,
  type StatementSettings,
} from '../statement/governed-statement.ts'
import {
  batchCountOf,
  isSessionBatch,
  mayBeBatch,
  runBatch,
  splitBatch,
} from '../statement/statement-batch.ts'
import type { ReceivedStatement, RowMode } from '../statement/statement-options.ts'
import type { ReceivedConnectionOptions } from './connection-options.ts'
import { type OpenEnvironment, openEnvironment } from './open-environment.ts'
import { StatementQueue } from './statement-queue.ts'
import { withinGrace } from './within-grace.ts'

export type OpenPorts = (signal: AbortSignal) => Promise<OpenGovernance>

type ConnectionState = 'pristine' | 'connecting' | 'connected' | 'ended'

/** snowflake-sdk: `rowStreamHighWaterMark` is 10 unless the connection says otherwise. */
const DEFAULT_HIGH_WATER_MARK = 10

const revocation = (reason: string): Error =>
  createGovernedError('ERR_SESSION_REVOKED', { message: `the session was revoked: ${reason}` })

export interface StartOptions {
  /** The Snowflake query id whose result is fetched again. */
  readonly fetchOf?: string
}

type Started = Pick<StatementControl, 'turn' | 'signal' | 'fetchOf'> & { readonly self: GovernedStatement }

/**
 * What a governed connection does, behind the members it shows: its states, which are the driver's, and the
 * statements on their way.
 */
export class ConnectionEngine {
  readonly #options: ReceivedConnectionOptions
  readonly #openPorts: OpenPorts
  readonly #queue = new StatementQueue()
  readonly #pending = new Set<GovernedStatement>()
  readonly #unsettled = new Set<GovernedResult>()
  readonly #ending = new AbortController()
  #state: ConnectionState = 'pristine'
  #environment: Promise<OpenEnvironment> | null = null
  #open: OpenEnvironment | null = null

  constructor(options: ReceivedConnectionOptions, openPorts: OpenPorts) {
    this.#options = options
    this.#openPorts = openPorts
  }

  /**
   * Identity, policy, lease, login, role check: all or nothing.
   *
   * @throws the driver's 405501, 405502, 405503; a GovernedError; the driver's login error
   */
  async connect(): Promise<void> {
    if (this.#state === 'connecting') throw createClientError('alreadyConnecting')
    if (this.#state === 'connected') throw createClientError('alreadyConnected')
    if (this.#state === 'ended') throw createClientError('connectAfterEnd')
    this.#state = 'connecting'
    this.#environment = openEnvironment(this.#options, this.#openPorts, {
      signal: this.#ending.signal,
      // Nobody waits for it: what runs was stopped before anything here can fail.
      end: (reason) => void this.#endOnce(reason).catch(() => {}),
    })
    try {
      const open = await this.#environment
      this.#open = open
      if (this.#ending.signal.aborted) {
        await this.#close(open)
        throw this.#ending.signal.reason
      }
      this.#state = 'connected'
      open.ports.onRevoked((reason) => open.pipeline.end(revocation(reason)))
    } catch (error) {
      this.#state = 'ended'
      throw translateLoginError(error)
    }
  }

  /** @throws the driver's 406501 and 406502 */
  async destroy(): Promise<void> {
    if (this.#state === 'pristine') throw createClientError('destroyBeforeConnect')
    if (this.#state === 'ended') throw createClientError('destroyTwice')
    await this.#end(createClientError('terminated'))
  }

  get state(): ConnectionState {
    return this.#state
  }

  isUp(): boolean {
    return (
      this.#state === 'connecting' || (this.#state === 'connected' && this.#open?.session.isUp() === true)
    )
  }

  /** Resolves when every statement was answered. Streams of rows may be open: they hold up no other statement. */
  async whenAnswered(): Promise<void> {
    const waitedFor = new Set<GovernedStatement>()
    for (;;) {
      const open = [...this.#pending].filter((statement) => !waitedFor.has(statement))
      if (open.length === 0) return
      for (const statement of open) waitedFor.add(statement)
      await Promise.allSettled(open.map((statement) => internalsOf(statement).answered()))
    }
  }

  /**
   * The open environment, once connected.
   *
   * @throws the driver's 407001 before `connect`, 407002 after the end, or the reason of a revocation
   */
  async environment(): Promise<OpenEnvironment> {
    this.#ending.signal.throwIfAborted()
    if (this.#state === 'pristine') throw createClientError('neverConnected')
    if (this.#state === 'ended' || !this.#environment) throw createClientError('terminated')
    return await this.#environment.catch(() => {
      throw createClientError('terminated')
    })
  }

  /** Puts a statement on its way, after those that were started before it. */
  start(received: ReceivedStatement, { fetchOf }: StartOptions = {}): GovernedStatement {
    const count = batchCountOf(received)
    if (fetchOf === undefined && (count !== null || mayBeBatch(received)))
      return this.#startBatch(received, count)
    const turn = this.#queue.enter()
    return this.#track(received, async (self, signal) => {
      try {
        return await this.#govern(received, { self, signal, turn, fetchOf: fetchOf ?? null })
      } finally {
        turn.end()
      }
    })
  }

  /**
   * Several statements in one text: `complete` is called for the first, and for each next one after `NextResult`.
   *
   * @param said - how many by the statement itself; null where the session's setting decides
   */
  #startBatch(received: ReceivedStatement, said: number | null): GovernedStatement {
    // One turn for all: a statement that is started later runs after the last part.
    const batchTurn = this.#queue.enter()
    const parts = new StatementQueue()
    const following = (
      results: readonly GovernedResult[],
      texts: readonly string[],
      at: number,
    ): Following => ({
      hasNext: () => at + 1 < results.length,
      next: () => {
        const result = results[at + 1]
        if (!result) return
        const text = texts[at + 1] ?? result.sqlText
        const next = this.#track({ ...received, sqlText: text }, async () => result)
        internalsOf(next).follow(following(results, texts, at + 1), text)
      },
    })
    return this.#track(received, async (self, signal) => {
      try {
        await untilAborted(batchTurn.maySend, signal)
        const count = said ?? (await this.environment()).session.batchCount
        // A text whose one semicolon stands before a comment, and one of several that the analysis refuses.
        if (said === null && !isSessionBatch(received, count))
          return await this.#govern(received, { self, signal, turn: parts.enter(), fetchOf: null })
        const batch = splitBatch(received, count)
        const results = await runBatch(
          batch.map((part) => part.received),
          async (part) => {
            const turn = parts.enter()
            return await this.#govern(part, { self, signal, turn, fetchOf: null })
          },
        )
        const texts = batch.map(({ written }) => written)
        const [first] = results
        if (!first) throw createGovernedError('ERR_STATEMENT_UNSUPPORTED')
        internalsOf(self).follow(following(results, texts, 0), texts[0] ?? first.sqlText)
        return first
      } catch (error) {
        throw translateDriverError(error, null)
      } finally {
        batchTurn.end()
      }
    })
  }

  /** The pipeline for one statement, in the environment of this connection. */
  async #govern(
    received: ReceivedStatement,
    { self, signal, turn, fetchOf }: Started,
  ): Promise<GovernedResult> {
    try {
      const { pipeline, session } = await this.environment()
      const result = await governStatement(received, pipeline, {
        turn,
        signal,
        fetchOf,
        rowMode: received.rowMode ?? (this.#options.driver.rowMode as RowMode | undefined) ?? 'object',
        stop: (reason) => internalsOf(self).abort(reason),
        onSent: (sent: DriverStatement) => internalsOf(self).attach(sent),
        onRan: (executable, state) => session.note(executable, state),
      })
      this.#keepUntilSettled(result)
      return result
    } catch (error) {
      throw translateDriverError(error, null)
    }
  }

  /** Makes the facade, and keeps it as pending until it has answered and its streams have closed. */
  #track(received: ReceivedStatement, start: StatementSettings['start']): GovernedStatement {
    const { driver } = this.#options
    const statement = new GovernedStatement(received, {
      highWaterMark: (driver.rowStreamHighWaterMark as number | undefined) ?? DEFAULT_HIGH_WATER_MARK,
      ending: this.#ending.signal,
      streamResult: received.streamResult ?? driver.streamResult === true,
      nullText: driver.representNullAsStringNull === false ? null : 'NULL',
      start,
    })
    this.#pending.add(statement)
    const done = (): void => void this.#pending.delete(statement)
    internalsOf(statement).quiet().then(done, done)
    return statement
  }

  /** A result whose rows nobody read to the end still gets its record, at the latest when the connection ends. */
  #keepUntilSettled(result: GovernedResult): void {
    this.#unsettled.add(result)
    const done = (): void => void this.#unsettled.delete(result)
    result.settled.then(done, done)
  }

  async #endOnce(reason: Error): Promise<void> {
    if (this.#state === 'connected') await this.#end(reason)
  }

  async #end(reason: Error): Promise<void> {
    this.#state = 'ended'
    this.#ending.abort(reason)
    for (const statement of this.#pending) internalsOf(statement).abort(reason)
    if (this.#open) await this.#close(this.#open)
  }

  /** The warehouse first: what runs must stop even where the audit store no longer answers. */
  async #close({ session, ports }: OpenEnvironment): Promise<void> {
    const unread = [...this.#unsettled].map((result) => result.settle({ rows: 0, error: null }))
    // Statements that were stopped write how they ended before the trail is closed under them.
    const stopped = [...this.#pending].map((statement) => internalsOf(statement).quiet())
    await Promise.allSettled([session.close(), ...unread, withinGrace(stopped)])
    await ports.close()
  }
}
