import type { Readable } from 'node:stream'
import { type Decision, type ErrorCode, type Mask, type Remedy, SnowfenceError } from '@snowfence/core'
import { createGovernedError, type GovernedError, isGovernedError } from '../driver/driver-error.ts'
import { withExecution } from '../driver/statement-execution.ts'
import { type GovernedStatement, internalsOf } from '../statement/governed-statement.ts'
import type { GovernedStatementOptions, RowMode } from '../statement/statement-options.ts'

export interface QueryOptions {
  readonly rowMode?: RowMode
  readonly fetchAsString?: NonNullable<GovernedStatementOptions['fetchAsString']>
  readonly parameters?: Record<string, unknown>
  /** Why the agent asks: shown to the person who approves. */
  readonly reason?: string
  readonly onApproval?: 'wait' | 'throw'
  /** Ends the statement wherever it is: withdraws an approval request, cancels a running query, ends a stream. */
  readonly signal?: AbortSignal
}

export interface ResultColumnView {
  readonly name: string
  /** The driver's type name, such as `text` or `fixed`. */
  readonly type: string
  readonly mask: Mask | null
}

export interface QueryResult<Row> {
  readonly columns: readonly ResultColumnView[]
  readonly rows: readonly Row[]
  readonly decision: Decision
  /** The request and who approved it, where a person was asked. */
  readonly approval: { readonly id: string; readonly approvers: readonly string[] } | null
  readonly traceId: string
  readonly queryId: string | null
}

/** How a statement ended, as data an agent can act on. */
export type Outcome<Row> =
  | ({ readonly kind: 'completed' } & QueryResult<Row>)
  | { readonly kind: 'pending'; readonly approvalId: string; readonly reason: string; readonly hint: string }
  | {
      readonly kind: 'denied'
      readonly code: ErrorCode
      readonly rule: string | null
      readonly reason: string
      readonly hint: string
      readonly wouldPass: readonly Remedy[]
      readonly traceId: string | null
    }

/** Refusals that are an answer to the agent. Anything else, such as an unreachable broker, stays an error. */
const answers: ReadonlySet<ErrorCode> = new Set([
  'ERR_STATEMENT_DENIED',
  'ERR_STATEMENT_UNSUPPORTED',
  'ERR_APPROVAL_REJECTED',
  'ERR_APPROVAL_EXPIRED',
  'ERR_RATE_LIMIT_EXCEEDED',
  'ERR_ROW_LIMIT_EXCEEDED',
  'ERR_SUBJECT_LIMIT_EXCEEDED',
])

const cancelled = (signal: AbortSignal): Error =>
  createGovernedError('ERR_STATEMENT_CANCELLED', {
    code: '000604',
    sqlState: '57014',
    cause: signal.reason,
  })

/** The signal was aborted before there was a statement. */
const notStarted = (signal: AbortSignal): Error =>
  withExecution(cancelled(signal), { execution: 'not-run', queryId: null, traceId: null, isWrite: false })

interface Remembered {
  readonly sqlText: string
  readonly binds: readonly unknown[] | undefined
}

const deniedOutcome = (error: GovernedError): Outcome<never> => ({
  kind: 'denied',
  code: error.snowfenceCode,
  rule: error.rule,
  reason: error.reason,
  hint: error.hint,
  wouldPass: error.wouldPass,
  traceId: error.traceId,
})

/** The promise forms of `execute`. They stand on it alone, so they can do nothing that it cannot. */
export class PromiseForms {
  readonly #execute: (options: GovernedStatementOptions) => GovernedStatement
  /** Statements of this process that wait for a person, by the id of the request. */
  readonly #waiting = new Map<string, Remembered>()

  constructor(execute: (options: GovernedStatementOptions) => GovernedStatement) {
    this.#execute = execute
  }

  async query<Row>(
    sqlText: string,
    binds?: readonly unknown[],
    options: QueryOptions = {},
  ): Promise<QueryResult<Row>> {
    const remembered = { sqlText, binds }
    try {
      return await this.#run<Row>(remembered, options, null)
    } catch (error) {
      if (isGovernedError(error, 'ERR_APPROVAL_PENDING') && error.approvalId !== null)
        this.#waiting.set(error.approvalId, remembered)
      throw error
    }
  }

  async attempt<Row>(
    sqlText: string,
    binds?: readonly unknown[],
    options: QueryOptions = {},
  ): Promise<Outcome<Row>> {
    try {
      return { kind: 'completed', ...(await this.query<Row>(sqlText, binds, options)) }
    } catch (error) {
      if (!isGovernedError(error)) throw error
      const { approvalId, reason, hint, snowfenceCode } = error
      if (snowfenceCode === 'ERR_APPROVAL_PENDING' && approvalId !== null)
        return { kind: 'pending', approvalId, reason, hint }
      if (answers.has(snowfenceCode)) return deniedOutcome(error)
      throw error
    }
  }

  async resume<Row>(
    approvalId: string,
    statement?: { readonly sqlText: string; readonly binds?: readonly unknown[] },
    options: QueryOptions = {},
  ): Promise<QueryResult<Row>> {
    const remembered = statement
      ? { sqlText: statement.sqlText, binds: statement.binds }
      : this.#waiting.get(approvalId)
    if (!remembered)
      throw new SnowfenceError('ERR_APPROVAL_NOT_FOUND', {
        message: 'this process did not file the request, so it does not know its statement',
        hint: `pass the statement again: resume('${approvalId}', { sqlText, binds })`,
      })
    const result = await this.#run<Row>(remembered, options, approvalId)
    this.#waiting.delete(approvalId)
    return result
  }

  stream(sqlText: string, binds?: readonly unknown[], options: QueryOptions = {}): Readable {
    const { signal, ...rest } = options
    if (signal?.aborted) throw notStarted(signal)
    const statement = this.#execute({ ...rest, sqlText, ...(binds ? { binds } : {}), streamResult: true })
    const stream = statement.streamRows()
    const release = this.#bindSignal(statement, signal)
    stream.once('close', () => {
      release()
      // A reader that stops early, by `break` or by an abort, also ends what still runs.
      if (statement.getStatus() === 'fetching') statement.cancel()
    })
    return stream
  }

  async #run<Row>(
    { sqlText, binds }: Remembered,
    { signal, ...rest }: QueryOptions,
    approvalId: string | null,
  ): Promise<QueryResult<Row>> {
    if (signal?.aborted) throw notStarted(signal)
    const statement = this.#execute({
      ...rest,
      sqlText,
      ...(binds ? { binds } : {}),
      ...(approvalId === null ? {} : { approvalId }),
      streamResult: true,
    })
    const release = this.#bindSignal(statement, signal)
    try {
      const { result, rows } = await internalsOf(statement).collect()
      return {
        columns: result.columns.map(({ name, type, mask }) => ({ name, type, mask })),
        rows: rows as Row[],
        decision: result.decision,
        approval: result.approval,
        traceId: result.traceId,
        queryId: statement.getQueryId() ?? null,
      }
    } finally {
      release()
    }
  }

  #bindSignal(statement: GovernedStatement, signal: AbortSignal | undefined): () => void {
    if (!signal) return () => {}
    const onAbort = (): void => {
      internalsOf(statement).abort(cancelled(signal))
    }
    signal.addEventListener('abort', onAbort, { once: true })
    return () => signal.removeEventListener('abort', onAbort)
  }
}
