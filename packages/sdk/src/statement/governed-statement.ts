import { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import { createClientError, createGovernedError } from '../driver/driver-error.ts'
import type {
  DriverColumn,
  DriverConnection,
  DriverStatement,
  DriverStreamOptions,
} from '../driver/snowflake-driver.ts'
import { translateDriverError } from '../driver/translate-error.ts'
import type { GovernedResult, RowRange } from '../pipeline/governed-result.ts'
import { collectMaskedRows } from '../rows/collect-masked-rows.ts'
import { MaskedRowStream } from '../rows/masked-row-stream.ts'
import { viewColumn } from './column-view.ts'
import { receiveFetchRows, receiveRange } from './row-range.ts'
import type { ReceivedStatement } from './statement-options.ts'

export interface StatementSettings {
  readonly probe: DriverConnection
  readonly highWaterMark: number
  readonly streamResult: boolean
  redact(text: string): string
  /** Starts the pipeline. Called once, by the constructor. */
  start(statement: GovernedStatement, signal: AbortSignal): Promise<GovernedResult>
}

/**
 * What `execute` returns at once: snowflake-sdk's statement, over a pipeline that has yet to finish.
 *
 * Before completion its getters answer `undefined`, as the driver's do; `streamRows` may already be called. The
 * driver's own statement is in a private field and no row of it leaves unmasked.
 */
export class GovernedStatement extends EventEmitter {
  readonly #received: ReceivedStatement
  readonly #settings: StatementSettings
  readonly #abort = new AbortController()
  readonly #result: Promise<GovernedResult>
  #sent: DriverStatement | null = null
  #completed: GovernedResult | null = null
  #columns: readonly DriverColumn[] | undefined
  #isFetching = true

  constructor(received: ReceivedStatement, settings: StatementSettings) {
    super()
    this.#received = received
    this.#settings = settings
    this.#result = settings.start(this, this.#abort.signal)
    this.#result.then(
      (result) => this.#complete(result),
      (error: Error) => this.#fail(error),
    )
  }

  /** For the pipeline: the driver's statement was sent, so a cancel can reach the warehouse. */
  static attach(statement: GovernedStatement, sent: DriverStatement): void {
    statement.#sent = sent
  }

  /** For the connection: ends the statement with an error of the connection's, wherever it is. */
  static abort(statement: GovernedStatement, reason: Error): void {
    if (statement.#isFetching) statement.#sent?.cancel()
    statement.#abort.abort(reason)
  }

  /** For the promise forms: the checked result. Rejects with what `complete` would be given. */
  static resultOf(statement: GovernedStatement): Promise<GovernedResult> {
    return statement.#result
  }

  getSqlText(): string {
    return this.#received.sqlText ?? ''
  }

  getStatus(): 'fetching' | 'complete' {
    return this.#isFetching ? 'fetching' : 'complete'
  }

  getColumns(): DriverColumn[] | undefined {
    return this.#columns?.slice()
  }

  getColumn(nameOrIndex: string | number): DriverColumn {
    const found =
      typeof nameOrIndex === 'number'
        ? this.#columns?.[nameOrIndex]
        : this.#columns?.find((column) => column.getName() === nameOrIndex)
    // The driver's types promise a column and its code answers undefined.
    return found as DriverColumn
  }

  getNumRows(): number {
    return this.#answer((statement) => statement.getNumRows())
  }

  getNumUpdatedRows(): number | undefined {
    return this.#answer((statement) => statement.getNumUpdatedRows())
  }

  getSessionState(): object | undefined {
    return this.#answer((statement) => statement.getSessionState())
  }

  getRequestId(): string {
    return this.#received.requestId
  }

  getStatementId(): string {
    return this.getQueryId()
  }

  getQueryId(): string {
    return this.#sent?.getQueryId() as string
  }

  /** Always 0: the driver's context cache is not shown. Here because the driver's statements have it. */
  getQueryContextCacheSize(): number {
    return 0
  }

  getQueryContextDTOSize(): number {
    return 0
  }

  /** Withdraws a pending approval, keeps an unsent statement from being sent, and stops a running one. */
  cancel(callback?: (error: unknown, statement: GovernedStatement) => void): void {
    const notify = (error?: unknown): void => {
      if (typeof callback === 'function')
        callback(
          error === undefined || error === null
            ? undefined
            : translateDriverError(error, { traceId: null, redact: this.#settings.redact }),
          this,
        )
    }
    if (this.#sent) {
      this.#sent.cancel((error) => notify(error))
      return
    }
    this.#abort.abort(createGovernedError('ERR_STATEMENT_CANCELLED', { code: '000604', sqlState: '57014' }))
    process.nextTick(notify)
  }

  streamRows(options?: DriverStreamOptions): Readable {
    return this.#openStream(receiveRange(options))
  }

  /** Like the driver's, but the row objects it gives hold masked values only. */
  fetchRows(options?: unknown): this {
    const { each, end, range } = receiveFetchRows(options)
    if (this.#isFetching) {
      process.nextTick(() => end(createClientError('rowsNotReady'), this))
      return this
    }
    const stream = this.#openStream(range)
    stream.on('data', (row) => {
      if (each(row) === false) stream.destroy()
    })
    stream.on('error', (error) => end(error, this))
    stream.on('close', () => {
      if (!stream.errored) end(undefined, this)
    })
    return this
  }

  #openStream(range: RowRange): Readable {
    return new MaskedRowStream({
      highWaterMark: this.#settings.highWaterMark,
      open: async () => (await this.#result).openRows(range),
      translate: (error) =>
        translateDriverError(error, {
          traceId: this.#completed?.traceId ?? null,
          redact: this.#settings.redact,
        }),
      settle: async (outcome) => await this.#completed?.settle(outcome),
    })
  }

  #answer<T>(read: (statement: DriverStatement) => T): T {
    const isReadable = this.#completed !== null && !this.#received.asyncExec
    return (isReadable ? read(this.#completed!.statement) : undefined) as T
  }

  #complete(result: GovernedResult): void {
    this.#completed = result
    const { complete, asyncExec } = this.#received
    if (!asyncExec) this.#columns = result.statement.getColumns()?.map(viewColumn)
    if (asyncExec) {
      this.#isFetching = false
      void result.settle({ rows: 0, error: null }).then(
        () => complete?.(null, this, { queryId: this.getQueryId() }),
        (error: Error) => complete?.(this.#translate(error), this),
      )
      return
    }
    if (this.#settings.streamResult) {
      this.#isFetching = false
      this.#notifyQuietly(complete, [undefined, this])
      return
    }
    if (complete === undefined) {
      this.#isFetching = false
      return
    }
    this.#collect(result).then(
      (rows) => {
        this.#isFetching = false
        complete(null, this, rows)
      },
      (error: Error) => {
        this.#isFetching = false
        complete(this.#translate(error), this)
      },
    )
  }

  async #collect(result: GovernedResult): Promise<unknown[]> {
    try {
      const rows = await collectMaskedRows(result.openRows())
      this.#abort.signal.throwIfAborted()
      await result.settle({ rows: rows.length, error: null })
      return rows
    } catch (error) {
      const shown = this.#translate(error)
      await result.settle({ rows: 0, error: shown })
      throw shown
    }
  }

  #translate(error: unknown): Error {
    return translateDriverError(error, {
      traceId: this.#completed?.traceId ?? null,
      redact: this.#settings.redact,
    })
  }

  #fail(error: Error): void {
    this.#isFetching = false
    this.#received.complete?.(error, this)
  }

  /** The driver swallows what a `complete` callback throws in streaming mode. */
  #notifyQuietly(complete: ReceivedStatement['complete'], parameters: [unknown, unknown]): void {
    try {
      complete?.(...parameters)
    } catch {
      // Kept as the driver has it: the result stays readable.
    }
  }
}
