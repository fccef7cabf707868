import type { Decision } from '@snowfence/core'
import { type GovernedConnection, type GovernedError, isGovernedError, type QueryResult } from 'snowfence'

/** What came of one statement, in the form that batch answers and other machines read. */
export interface QueryAnswer {
  /** `failed` where no policy refused it: the driver or the warehouse did not run it to its end. */
  readonly decision: Decision['decision'] | 'failed'
  readonly rules: readonly string[]
  readonly columns: readonly { readonly name: string; readonly mask: string | null }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly approval: {
    readonly id: string
    readonly approvers: readonly string[]
    readonly outcome: string
  } | null
  readonly error: QueryError | null
  readonly traceId: string | null
  readonly queryId: string | null
}

export interface QueryError {
  readonly code: string
  readonly sqlState: string | null
  readonly message: string
  readonly reason: string
  readonly hint: string | null
  readonly wouldPass: readonly unknown[]
}

const completedAnswer = ({
  columns,
  rows,
  decision,
  approval,
  traceId,
  queryId,
}: QueryResult<unknown[]>): QueryAnswer => ({
  decision: decision.decision,
  rules: decision.rules,
  columns: columns.map(({ name, mask }) => ({ name, mask: mask?.kind ?? null })),
  rows,
  approval: approval && { ...approval, outcome: 'approved' },
  error: null,
  traceId,
  queryId,
})

const approvalOutcomes: Readonly<Partial<Record<GovernedError['snowfenceCode'], string>>> = {
  ERR_APPROVAL_REJECTED: 'rejected',
  ERR_APPROVAL_EXPIRED: 'expired',
  ERR_APPROVAL_CANCELLED: 'cancelled',
  ERR_APPROVAL_PENDING: 'pending',
}

/**
 * Errors of statements that neither a policy nor a person refused: they ran, were stopped on their way, or met a part that
 * did not work. An error that is not listed is told as a denial.
 */
const failures: ReadonlySet<GovernedError['snowfenceCode']> = new Set([
  'ERR_WAREHOUSE_FAILED',
  'ERR_WAREHOUSE_UNREACHABLE',
  'ERR_FILE_TRANSFER_FAILED',
  'ERR_OUTCOME_UNKNOWN',
  'ERR_STATEMENT_CANCELLED',
  'ERR_AUDIT_NOT_DURABLE',
  'ERR_AUDIT_HISTORY_REWRITTEN',
  'ERR_AUDIT_STORE_CORRUPT',
  'ERR_AUDIT_STORE_IN_USE',
  'ERR_BROKER_UNREACHABLE',
  'ERR_BROKER_RESPONSE_INVALID',
  'ERR_BROKER_DATABASE_UNREACHABLE',
  'ERR_BROKER_DISK_FULL',
  'ERR_BROKER_INTERNAL',
  'ERR_BROKER_ROW_DAMAGED',
  'ERR_RATE_LIMITED',
  'ERR_CATALOGUE_UNAVAILABLE',
  'ERR_IDENTITY_ISSUER_UNREACHABLE',
  'ERR_IDENTITY_SOURCE_FAILED',
  'ERR_LEASE_EXPIRED',
  'ERR_SESSION_NOT_FOUND',
  'ERR_SQL_ENGINE_FAILED',
  'ERR_GOVERNANCE_FAILED',
  'ERR_MASK_FAILED',
])

const refusedAnswer = (error: GovernedError): QueryAnswer => ({
  decision: failures.has(error.snowfenceCode) ? 'failed' : (error.decision?.decision ?? 'deny'),
  rules: error.rules,
  columns: [],
  rows: [],
  approval:
    error.approvalId === null
      ? null
      : { id: error.approvalId, approvers: [], outcome: approvalOutcomes[error.snowfenceCode] ?? 'approved' },
  error: {
    code: error.snowfenceCode,
    sqlState: error.sqlState ?? null,
    message: error.message,
    reason: error.reason,
    hint: error.hint,
    wouldPass: error.wouldPass,
  },
  traceId: error.traceId,
  queryId: null,
})

/** An error of the driver or of the warehouse, such as binds that cannot be sent or a number that is too large. */
const driverAnswer = (error: Error & { code?: unknown; sqlState?: unknown }): QueryAnswer => ({
  decision: 'failed',
  rules: [],
  columns: [],
  rows: [],
  approval: null,
  error: {
    code: String(error.code ?? error.name),
    sqlState: typeof error.sqlState === 'string' ? error.sqlState : null,
    message: error.message,
    reason: error.message,
    hint: null,
    wouldPass: [],
  },
  traceId: null,
  queryId: null,
})

export interface AnswerOptions {
  /** Why it is asked, for the person who approves. */
  readonly reason?: string
  /** Id of a request that was filed earlier for the same statement. */
  readonly resume?: string
  readonly signal?: AbortSignal
}

/** Runs one statement and gives an answer whatever comes of it. */
export const answerQuery = async (
  connection: GovernedConnection,
  sqlText: string,
  binds: readonly unknown[] | undefined,
  { resume, ...options }: AnswerOptions = {},
): Promise<QueryAnswer> => {
  const settings = { ...options, rowMode: 'array' } as const
  try {
    const result =
      resume === undefined
        ? connection.query<unknown[]>(sqlText, binds, settings)
        : connection.resume<unknown[]>(resume, { sqlText, ...(binds ? { binds } : {}) }, settings)
    return completedAnswer(await result)
  } catch (error) {
    if (isGovernedError(error)) return refusedAnswer(error)
    if (error instanceof Error) return driverAnswer(error)
    throw error
  }
}
