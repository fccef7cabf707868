import type {
  AuditAcknowledgement,
  Decision,
  ErrorCode,
  OutcomeRecord,
  StatementSummary,
  StatementTrail,
} from '@snowfence/core'
import type { Finding } from '@snowfence/masking'
import type { DriverColumn, DriverStatement } from '../driver/snowflake-driver.ts'
import type { KnownExecution } from '../driver/statement-execution.ts'
import type { ResultColumn } from '../rows/result-shape.ts'
import type { OpenedRows } from '../rows/row-flow.ts'
import type { RowMode } from '../statement/statement-options.ts'

export interface RowRange {
  readonly start?: number
  readonly end?: number
  readonly fetchAsString?: readonly string[]
  /** Another form of the rows than the statement was asked for. */
  readonly rowMode?: RowMode
}

/** A statement that ran and whose result was checked. Rows leave it only masked. */
export interface GovernedResult {
  readonly decision: Decision
  readonly summary: StatementSummary
  /** The text that ran. */
  readonly sqlText: string
  readonly traceId: string
  /** Who approved it, where a person was asked. */
  readonly approval: { readonly id: string; readonly approvers: readonly string[] } | null
  readonly role: string
  readonly columns: readonly ResultColumn[]
  /** As the caller is told: with repeated names renamed where the row mode says so. */
  readonly columnNames: readonly string[]
  /** The driver's completed statement: for the facade's private field, never for the caller. */
  readonly statement: DriverStatement
  /** The driver's columns: they read raw values out of the driver's rows. */
  readonly driverColumns: readonly DriverColumn[]
  /**
   * Whether the outcome's record holds back rows that are collected. It does for whatever a person approved, for classified
   * values that are shown as they are, and for everything but reads.
   */
  readonly awaitsOutcome: boolean
  /** Whether the number of rows may be told: not while rows that nobody has read would still count somebody. */
  tellsNumberOfRows(): boolean
  /** What the warehouse said of the statement: for the errors that follow. */
  known(): KnownExecution
  openRows(range?: RowRange): OpenedRows
  /** Writes the outcome, once; later calls resolve with the first. Lets go of the elevated connection, if any. */
  settle(outcome: Pick<OutcomeFacts, 'rows' | 'error' | 'isBehind'>): Promise<void>
  /** Resolves or rejects with the first `settle`; at once where nothing waits for its record. */
  readonly settled: Promise<void>
}

const errorOf = (error: Error): OutcomeRecord['error'] => {
  const { code, sqlState, snowfenceCode } = error as {
    code?: unknown
    sqlState?: unknown
    snowfenceCode?: unknown
  }
  return {
    code: String(snowfenceCode ?? code ?? error.name),
    sqlState: typeof sqlState === 'string' ? sqlState : null,
  }
}

export interface OutcomeFacts {
  readonly queryId: string | null
  readonly rows: number
  readonly columns: readonly ResultColumn[]
  readonly role: string
  /** The elevated lease, where there is one. */
  readonly leaseId?: string | null
  readonly findings?: readonly Finding[]
  readonly error: Error | null
  /** Whether it changes something and may have run, of which the warehouse has said nothing. */
  readonly isInDoubt?: boolean
  /** Whether nothing waits for the record. */
  readonly isBehind?: boolean
}

/** Codes of a statement that was ended because it may no longer run. */
const revocations: ReadonlySet<unknown> = new Set<ErrorCode>([
  'ERR_SESSION_REVOKED',
  'ERR_APPROVAL_REVOKED',
  'ERR_APPROVAL_EXPIRED',
])

const outcomeOf = (error: Error | null): OutcomeRecord['outcome'] => {
  if (error === null) return 'completed'
  const { sqlState, snowfenceCode } = error as { sqlState?: unknown; snowfenceCode?: unknown }
  if (revocations.has(snowfenceCode)) return 'revoked'
  if (sqlState === '57014') return 'cancelled'
  return snowfenceCode === undefined || snowfenceCode === 'ERR_WAREHOUSE_FAILED' ? 'failed' : 'withheld'
}

/** Writes how a statement ended: counts and names of masks, never values or texts. */
export const finishTrail = (trail: StatementTrail, facts: OutcomeFacts): Promise<AuditAcknowledgement> =>
  trail.finish({
    outcome: facts.isInDoubt === true ? 'unknown' : outcomeOf(facts.error),
    queryId: facts.queryId,
    rows: facts.rows,
    columns: facts.columns.map(({ name, mask, isNamedByValue }) => ({
      name: isNamedByValue === true ? '?' : name,
      mask: mask?.kind ?? null,
    })),
    role: facts.role,
    ...(facts.leaseId == null ? {} : { leaseId: facts.leaseId }),
    findings:
      facts.findings?.map(({ kind, column, count }) => ({
        column: facts.columns.findIndex(({ name }) => name === column),
        detector: kind,
        count,
      })) ?? null,
    error: facts.error === null ? null : errorOf(facts.error),
    isBehind: facts.isBehind === true,
  })

/**
 * Writes how a statement ended that failed. When it failed because the audit store did not answer, nothing waits for a
 * second answer: the record is written when the store is back.
 */
export const finishFailed = async (
  trail: StatementTrail,
  facts: OutcomeFacts & { readonly error: Error },
): Promise<void> => {
  const { snowfenceCode } = facts.error as { snowfenceCode?: unknown }
  if (snowfenceCode !== 'ERR_AUDIT_NOT_DURABLE') await finishTrail(trail, facts)
  else finishTrail(trail, { ...facts, isBehind: true }).catch(() => {})
}
