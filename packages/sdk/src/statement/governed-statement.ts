import { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import { bindMembers } from '../driver/bind-members.ts'
import { captureCallerContext, inContextOf, runAsDriver } from '../driver/driver-context.ts'
import { createClientError, createGovernedError } from '../driver/driver-error.ts'
import type {
  DriverColumn,
  DriverStatement,
  DriverStatementCallback,
  DriverStreamOptions,
} from '../driver/snowflake-driver.ts'
import { sayingExecution } from '../driver/statement-execution.ts'
import { translateDriverError } from '../driver/translate-error.ts'
import { collectResult } from '../pipeline/collect-result.ts'
import type { GovernedResult, RowRange } from '../pipeline/governed-result.ts'
import { MaskedRowStream } from '../rows/masked-row-stream.ts'
import { viewColumn } from './column-view.ts'
import { readRowViews } from './read-row-views.ts'
import { nativeTypes, receiveFetchRows, receiveRange } from './row-range.ts'
import { viewRow } from './row-view.ts'
import type { ReceivedStatement } from './statement-options.ts'

/** The further results of a multi-statement text. */
export interface Following {
  hasNext(): boolean
  next(): void
}

export interface StatementSettings {
  readonly highWaterMark: number
  readonly streamResult: boolean
  /** What the driver gives for NULL where a string is asked for. */
  readonly nullText: string | null
  /** Aborted when the connection ends: nothing is read after that. */
  readonly ending: AbortSignal
  /** Starts the pipeline. Called once, by the constructor. */
  start(statement: GovernedStatement, signal: AbortSignal): Promise<GovernedResult>
}

/** The driver's members: its own ones on every statement. */
const ownMembers = [
  'getSqlText',
  'getStatus',
  'getColumns',
  'getColumn',
  'getNumRows',
  'getNumUpdatedRows',
  'getSessionState',
  'getRequestId',
  'getStatementId',
  'getQueryId',
  'cancel',
  'getQueryContextCacheSize',
  'getQueryContextDTOSize',
  'fetchRows',
  'streamRows',
  'hasNext',
  'NextResult',
] as const satisfies readonly (keyof GovernedStatement)[]

/** Without an `error` listener of its own, so that an error nobody handles stays one. */
const untilClosed = async (stream: Readable): Promise<void> => {
  await new Promise<void>((resolve) => {
    stream.once('close', resolve)
  })
}

/** Nobody reads it or waits for its error, which would then end the process. */
const isAbandoned = (stream: Readable): boolean =>
  stream.readableFlowing === null &&
  stream.listenerCount('readable') === 0 &&
  stream.listenerCount('error') === 0

/** What the connection and its promise forms may do to a statement, and a program may not. */
export interface StatementInternals {
  /** The driver's statement was sent, so a cancel can reach the warehouse. */
  attach(sent: DriverStatement): void
  /** Ends the statement with an error of the connection's, wherever it is. */
  abort(reason: Error): void
  /** Resolves when `complete` was called, whatever with. */
  answered(): Promise<void>
  /** The same, and every stream of rows has closed. */
  quiet(): Promise<void>
  /** What `NextResult` leads to, and which part of the text this statement is. */
  follow(following: Following, sqlText: string): void
  /** The checked result with all its rows. Rejects with what `complete` would be given. */
  collect(): Promise<{ readonly result: GovernedResult; readonly rows: readonly unknown[] }>
}

// INVARIANT: leads to the driver's statement, so it is a variable of this module and not a static member: the class
// itself can be reached from any statement by `constructor`.
let openStatement: (statement: GovernedStatement) => StatementInternals

export const internalsOf = (statement: GovernedStatement): StatementInternals => openStatement(statement)

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
  readonly #streams = new Set<Readable>()
  readonly #result: Promise<GovernedResult>
  readonly #ended: Promise<void>
  #sent: DriverStatement | null = null
  #completed: GovernedResult | null = null
  #columns: DriverColumn[] | undefined
  #following: Following | null = null
  #sqlText: string | undefined
  #isFetching = true

  constructor(received: ReceivedStatement, settings: StatementSettings) {
    super()
    this.#received = received
    this.#settings = settings
    this.#sqlText = received.sqlText
    bindMembers(this, ownMembers)
    this.#result = settings.start(this, this.#abort.signal)
    this.#ended = this.#result
      .then(async (result) => await this.#complete(result))
      .catch((error: unknown) => this.#fail(this.#translate(error)))
  }

  static {
    openStatement = (statement) => ({
      attach: (sent) => {
        statement.#sent = sent
      },
      abort: (reason) => {
        if (statement.#isFetching) runAsDriver(() => statement.#sent?.cancel())
        statement.#abort.abort(reason)
        const told = statement.#translate(reason)
        for (const stream of statement.#streams) stream.destroy(isAbandoned(stream) ? undefined : told)
      },
      answered: async () => await statement.#ended,
      quiet: async () => {
        await statement.#ended
        while (statement.#streams.size > 0)
          await Promise.all([...statement.#streams].map((stream) => untilClosed(stream)))
      },
      follow: (following, sqlText) => {
        statement.#following = following
        statement.#sqlText = sqlText
      },
      collect: async () => {
        try {
          const result = await statement.#result
          return { result, rows: await statement.#collect(result) }
        } catch (error) {
          throw statement.#translate(error)
        }
      },
    })
  }

  getSqlText(): string {
    return this.#sqlText as string
  }

  getStatus(): 'fetching' | 'complete' {
    return this.#isFetching ? 'fetching' : 'complete'
  }

  /** The same list each time, as the driver has it. Before there is one, undefined; older drivers do not declare that. */
  getColumns(): ReturnType<DriverStatement['getColumns']> {
    return this.#columns
  }

  getColumn(nameOrIndex: string | number): DriverColumn {
    const found =
      typeof nameOrIndex === 'number'
        ? this.#columns?.[nameOrIndex]
        : this.#columns?.find((column) => column.getName() === nameOrIndex)
    // The driver's types promise a column and its code answers undefined.
    return found as DriverColumn
  }

  /** @throws GovernedError ERR_MEMBER_REFUSED under a limit of data subjects, until all rows were read */
  getNumRows(): number {
    if (this.#completed?.tellsNumberOfRows() === false)
      throw createGovernedError('ERR_MEMBER_REFUSED', {
        message:
          'the policy limits data subjects, and the number of rows would tell of people whose rows were not read',
        hint: 'read the rows to their end first, or ask for COUNT(*)',
        traceId: this.#completed.traceId,
      })
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

  /** Whether a multi-statement text has a further result. */
  hasNext(): boolean {
    return this.#following?.hasNext() ?? false
  }

  /** Has `complete` called with the next statement of a multi-statement text. */
  NextResult(): void {
    this.#following?.next()
  }

  /** Withdraws a pending approval, keeps an unsent statement from being sent, and stops a running one. */
  cancel(callback?: DriverStatementCallback): void {
    const caller = captureCallerContext()
    const notify = (error?: unknown): void => {
      if (typeof callback !== 'function') return
      const told = callback as (error: Error | null, statement: this) => void
      const traceId = this.#completed?.traceId ?? null
      const given = error === undefined || error === null ? null : translateDriverError(error, traceId)
      inContextOf(caller, () => told(given, this))
    }
    if (this.#sent) {
      const sent = this.#sent
      runAsDriver(() => sent.cancel((error) => notify(error)))
      return
    }
    this.#abort.abort(createGovernedError('ERR_STATEMENT_CANCELLED', { code: '000604', sqlState: '57014' }))
    process.nextTick(() => notify())
  }

  streamRows(options?: DriverStreamOptions): Readable {
    return this.#openStream(receiveRange(options))
  }

  /** Like the driver's, but the row objects it gives hold masked values only. */
  fetchRows(options?: unknown): Readable {
    const { each, end, range } = receiveFetchRows(options)
    const context = { columns: this.#columns ?? [], statement: this, nullText: this.#settings.nullText }
    if (this.#isFetching) process.nextTick(() => end(createClientError('rowsNotReady'), this))
    else
      readRowViews({
        values: this.#openStream({ ...range, rowMode: 'array', fetchAsString: [] }),
        texts: this.#openStream({ ...range, rowMode: 'array', fetchAsString: nativeTypes }),
        firstIndex: range.start ?? 0,
        each: (row) => each(viewRow(row, context)),
        end: (error) => end(error, this),
      })
    // The driver's types promise a stream, and its code returns nothing.
    return undefined as never
  }

  #openStream(range: RowRange): Readable {
    const stream = new MaskedRowStream({
      highWaterMark: this.#settings.highWaterMark,
      open: async () => {
        const result = await this.#result
        this.#settings.ending.throwIfAborted()
        return runAsDriver(() => result.openRows(range))
      },
      translate: (error) => this.#translate(error),
      settle: async (outcome) => await this.#completed?.settle(outcome),
    })
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    return stream
  }

  #answer<T>(read: (statement: DriverStatement) => T): T {
    const isReadable = this.#completed !== null && !this.#received.asyncExec
    return (isReadable ? read(this.#completed!.statement) : undefined) as T
  }

  async #complete(result: GovernedResult): Promise<void> {
    this.#completed = result
    const { complete, asyncExec } = this.#received
    if (asyncExec) {
      await this.#answerWith(async () => {
        await result.settle({ rows: 0, error: null })
        return this.#settings.streamResult ? [] : [{ queryId: this.getQueryId() }]
      })
      return
    }
    this.#columns = result.driverColumns.map((column, index) =>
      viewColumn(
        column,
        result.columnNames[index] ?? column.getName(),
        result.columns[index]?.type ?? column.getType(),
      ),
    )
    if (complete !== undefined && !this.#settings.streamResult) {
      await this.#answerWith(async () => [await this.#collect(result)])
      return
    }
    this.#isFetching = false
    try {
      complete?.(null, this)
    } catch {
      // As the driver has it: what a callback throws in streaming mode is swallowed, and the result stays readable.
    }
  }

  async #answerWith(read: () => Promise<readonly unknown[]>): Promise<void> {
    let rows: readonly unknown[]
    try {
      rows = await read()
    } catch (error) {
      this.#fail(this.#translate(error))
      return
    }
    this.#isFetching = false
    this.#call(null, ...rows)
  }

  async #collect(result: GovernedResult): Promise<readonly unknown[]> {
    return await collectResult(result, this.#abort.signal)
  }

  /** An error of this statement as its caller may see it, with what is known of the statement. */
  #translate(error: unknown): Error {
    const queryId = this.#sent?.getQueryId() ?? null
    return sayingExecution(
      translateDriverError(error, this.#completed?.traceId ?? null),
      this.#completed?.known() ?? {
        execution: this.#sent === null ? 'not-run' : 'unknown',
        queryId,
        traceId: null,
        isWrite: this.#sent !== null,
      },
    )
  }

  #fail(error: Error): void {
    this.#isFetching = false
    this.#call(error)
  }

  /** What a callback throws is the program's own uncaught exception, as with the driver, and never a rejection here. */
  #call(error: Error | null, ...rows: unknown[]): void {
    const { complete } = this.#received
    if (complete) process.nextTick(() => complete(error, this, ...rows))
  }
}
