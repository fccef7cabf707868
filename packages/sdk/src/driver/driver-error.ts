import {
  type Decision,
  type DecisionReason,
  type ErrorCode,
  errorCatalogue,
  type Remedy,
} from '@snowfence/core'
import { sqlStateOf } from './outages.ts'

/** The driver's own client errors that a governed connection raises by itself, with its codes, texts and SQLSTATEs. */
const clientErrors = {
  alreadyConnecting: { code: 405501, sqlState: '08002', message: 'Connection already in progress.' },
  alreadyConnected: { code: 405502, sqlState: '08002', message: 'Already connected.' },
  connectAfterEnd: {
    code: 405503,
    sqlState: '08003',
    message: 'Connection already terminated. Cannot connect again.',
  },
  destroyBeforeConnect: {
    code: 406501,
    sqlState: undefined,
    message: 'Not connected, so nothing to destroy.',
  },
  destroyTwice: { code: 406502, sqlState: undefined, message: 'Already disconnected.' },
  neverConnected: {
    code: 407001,
    sqlState: '08003',
    message: 'Unable to perform operation because a connection was never established.',
  },
  terminated: {
    code: 407002,
    sqlState: '08003',
    message: 'Unable to perform operation using terminated connection.',
  },
  rowsNotReady: {
    code: 450007,
    sqlState: undefined,
    message: 'Operation failed because the statement is still in progress.',
  },
  resultUnknown: {
    code: 460002,
    sqlState: undefined,
    message: 'Cannot retrieve data. No information returned from server for query',
  },
  resultNotSuccessful: {
    code: 460003,
    sqlState: undefined,
    message: 'The query did not succeed, results are unavailable',
  },
} as const

export type ClientErrorKind = keyof typeof clientErrors

/** An error in the driver's shape: a plain `Error` with a name, a code, usually a SQLSTATE, and `externalize()`. */
export interface DriverShapedError extends Error {
  code: number | string
  sqlState?: string
  data?: Record<string, unknown>
  isFatal?: boolean
  /**
   * What is known of a statement that ended with this error: `not-run`, `failed` (the warehouse said so), `ran`, or
   * `unknown`. Only a statement that did not run, or failed, may be run again without a look at Snowflake's history.
   */
  execution?: 'not-run' | 'failed' | 'ran' | 'unknown'
  externalize(): DriverShapedError
}

/** What a refusal by Snowfence carries beyond the driver's shape. */
export interface GovernedError extends DriverShapedError {
  /** Stable, listed in `docs/errors/`. */
  snowfenceCode: ErrorCode
  /** The first rule that decided; `rules` has them all. */
  rule: string | null
  rules: readonly string[]
  reason: string
  hint: string
  /** Changes to the statement that were tried against the policy and pass, as data. */
  wouldPass: readonly Remedy[]
  decision: Decision | null
  approvalId: string | null
  traceId: string | null
  retryable: boolean
}

/** Like the driver's, an error shows its text to whoever enumerates it: loggers write errors as JSON. */
export const shapeError = <T extends DriverShapedError>(
  error: Error,
  members: Readonly<Record<string, unknown>>,
): T => {
  Object.defineProperty(error, 'message', { enumerable: true })
  Object.assign(error, members)
  Object.defineProperty(error, 'externalize', { value: () => error, enumerable: false })
  return error as T
}

export const createClientError = (kind: ClientErrorKind): DriverShapedError => {
  const { code, sqlState, message } = clientErrors[kind]
  return shapeError(new Error(message), {
    name: 'ClientError',
    code,
    ...(sqlState === undefined ? {} : { sqlState }),
    ...(kind === 'terminated' ? { isFatal: true } : {}),
  })
}

export interface GovernedErrorOptions {
  readonly message?: string
  readonly reasons?: readonly DecisionReason[]
  readonly hint?: string
  readonly decision?: Decision | null
  readonly approvalId?: string | null
  readonly traceId?: string | null
  readonly queryId?: string | null
  /** Snowflake's own code and SQLSTATE, kept where the warehouse refused; otherwise 003001 and that of `sqlStateOf`. */
  readonly code?: string | number
  readonly sqlState?: string
  /** Snowflake's own text for the same mistake, in front of ours: programs look for its words. */
  readonly text?: string
  /** More members of the driver's `data`. */
  readonly data?: Readonly<Record<string, unknown>>
  /** The driver's name of a failure that is its own; `OperationFailedError` by default. */
  readonly name?: string
  readonly cause?: unknown
}

/**
 * A refusal in the shape of the driver's `OperationFailedError`, so that code written for snowflake-sdk handles it:
 * `code` 003001 and `sqlState` 42501 are what Snowflake answers when a privilege is missing. An outage has `sqlState` 08006.
 *
 * A SQLSTATE is always present: without one the driver's callers, and the driver itself, would send the query again.
 */
export const createGovernedError = (
  snowfenceCode: ErrorCode,
  options: GovernedErrorOptions = {},
): GovernedError => {
  const entry = errorCatalogue[snowfenceCode]
  const reasons = options.reasons ?? []
  const decision = options.decision ?? null
  const reason = options.message ?? reasons[0]?.message ?? entry.message
  // A number from the driver's own codes, a text from Snowflake's, as the driver has it.
  const code = options.code ?? '003001'
  const sqlState = options.sqlState ?? sqlStateOf(snowfenceCode)
  const rules = decision?.rules ?? []
  const hint = options.hint ?? reasons[0]?.hint ?? entry.hint
  const headline = options.message ?? entry.message
  // Snowflake's text ends in a line of its own, as its other texts do.
  const own = options.text === undefined ? '' : `${options.text}\n`
  const because = reasons.map(({ message }) => message).filter((text) => text !== headline)
  const told = because.length === 0 ? headline : `${headline}: ${because.join('; ')}`
  return shapeError(
    new Error(
      `${own}${told} (${snowfenceCode})`,
      options.cause === undefined ? undefined : { cause: options.cause },
    ),
    {
      name: options.name ?? 'OperationFailedError',
      code,
      sqlState,
      data: {
        ...options.data,
        errorCode: String(code),
        sqlState,
        queryId: options.queryId ?? null,
        snowfenceCode,
      },
      snowfenceCode,
      rule: rules[0] ?? null,
      rules,
      reason,
      hint,
      wouldPass: decision?.wouldPass ?? [],
      decision,
      approvalId: options.approvalId ?? null,
      traceId: options.traceId ?? null,
      retryable: entry.retryable,
    },
  )
}

export const isGovernedError = (value: unknown, code?: ErrorCode): value is GovernedError =>
  value instanceof Error &&
  typeof (value as Partial<GovernedError>).snowfenceCode === 'string' &&
  (code === undefined || (value as Partial<GovernedError>).snowfenceCode === code)

/** Synchronous errors of the driver's for a caller's mistake in `streamRows` and `fetchRows`. */
const parameterErrors = {
  streamOptions: [450002, 'Invalid options. The specified value must be an object.'],
  streamStart: [411002, 'Invalid start index. The specified value must be a number.'],
  streamEnd: [411003, 'Invalid end index. The specified value must be a number.'],
  streamFetchAsString: [411004, 'Invalid fetchAsString value. The specified value must be an Array.'],
  streamFetchAsStringValue: [
    411005,
    'Invalid fetchAsString type: %s. The supported types are: String, Boolean, Number, Date, Buffer, and JSON.',
  ],
  fetchMissingOptions: [450001, 'Fetch-row options must be specified.'],
  fetchOptions: [450002, 'Invalid options. The specified value must be an object.'],
  fetchMissingEach: [450003, 'An each() callback must be specified.'],
  fetchEach: [450004, 'Invalid each() callback. The specified value must be a function.'],
  fetchMissingEnd: [450005, 'An end() callback must be specified.'],
  fetchEnd: [450006, 'Invalid end() callback. The specified value must be a function.'],
  fetchRowMode: [
    411006,
    'Invalid row mode value. The specified value should be array or object or object_with_renamed_duplicated_columns %s',
  ],
  connectCallback: [405001, 'Invalid callback. The specified value must be a function.'],
  destroyCallback: [406001, 'Invalid callback. The specified value must be a function.'],
} as const

export type ParameterErrorKind = keyof typeof parameterErrors

/** @param given the caller's own argument, where the driver's text quotes it */
export const createParameterError = (kind: ParameterErrorKind, given?: unknown): Error => {
  const [code, message] = parameterErrors[kind]
  const error = new Error(message.replace('%s', () => String(JSON.stringify(given))))
  Object.defineProperty(error, 'message', { enumerable: true })
  return Object.assign(error, {
    name: kind.includes('Missing') ? 'MissingParameterError' : 'InvalidParameterError',
    code,
    sqlState: undefined,
    data: undefined,
    response: undefined,
    responseBody: undefined,
    cause: undefined,
    isFatal: undefined,
  })
}
