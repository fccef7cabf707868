import { createGovernedError } from '../driver/driver-error.ts'
import type { InnerConnection } from '../driver/inner-connection.ts'

/** What is known of the statement: Snowflake's query id, its trace id, or the `QUERY_TAG` that the program gave it. */
export type StatementKey =
  | { readonly queryId: string }
  | { readonly traceId: string }
  | { readonly queryTag: string }

export interface LookUpOptions {
  /** When the statement was started at the earliest. 24 hours ago by default; Snowflake answers for 7 days. */
  readonly since?: Date
}

/** One run of the statement, as Snowflake's history has it. */
export interface StatementRun {
  readonly queryId: string
  readonly outcome: 'succeeded' | 'failed' | 'running'
  /** Snowflake's error code of a run that failed. */
  readonly errorCode: string | null
  /**
   * How many rows the statement changed, where Snowflake says so. Null for one that reads: how many rows it has tells of
   * people, who count where the rows are read.
   */
  readonly rows: number | null
}

export interface StatementLookUp {
  /**
   * `succeeded` when any run did, else `running`, else `failed`. `not-found` when the whole history since then has none: one
   * that was sent a moment ago may still arrive. `unknown` when the history is longer than Snowflake answers at once.
   */
  readonly outcome: 'succeeded' | 'failed' | 'running' | 'not-found' | 'unknown'
  readonly runs: readonly StatementRun[]
}

const DAY_MS = 86_400_000
/** Snowflake: the most rows that QUERY_HISTORY answers with. It is applied before any condition. */
const LONGEST_HISTORY = 10_000

/** Snowflake's QUERY_TYPE of what says by itself how many rows it changed. */
const CHANGING = /^(?:INSERT|UPDATE|DELETE|MERGE|COPY|MULTI_TABLE_INSERT)$/

const quote = (name: string): string => `"${name.replaceAll('"', '""')}"`

const parseTag = (text: unknown): Record<string, unknown> | null => {
  try {
    const tag: unknown = JSON.parse(String(text))
    return typeof tag === 'object' && tag !== null ? (tag as Record<string, unknown>) : null
  } catch {
    return null
  }
}

const outcomeOf = (status: unknown): StatementRun['outcome'] => {
  const text = String(status).toUpperCase()
  if (text.startsWith('SUCC')) return 'succeeded'
  return /^(FAIL|ABORT|INCIDENT|DISCONNECTED)/.test(text) ? 'failed' : 'running'
}

const matches = (key: StatementKey, queryId: string, tag: Record<string, unknown>): boolean => {
  if ('queryId' in key) return queryId === key.queryId
  if ('traceId' in key) return tag.trace === key.traceId
  return tag.tag === key.queryTag
}

/**
 * Looks a statement up in Snowflake's own history of the session's user, among those that carry this agent's governed
 * QUERY_TAG. Gives no text and no row of any statement.
 *
 * @throws the driver's error, or a GovernedError where no database is in force
 */
export const lookUpStatement = async (
  inner: InnerConnection,
  key: StatementKey,
  about: { readonly database: string | null; readonly agentId: string; readonly since: Date | undefined },
): Promise<StatementLookUp> => {
  if (about.database === null)
    throw createGovernedError('ERR_MEMBER_REFUSED', {
      message: '`lookUp` reads INFORMATION_SCHEMA.QUERY_HISTORY, and no database is in force',
      hint: 'give the connection a `database`',
    })
  const since = (about.since ?? new Date(Date.now() - DAY_MS)).toISOString()
  const rows = await inner.read(
    'select query_id, query_tag, execution_status, error_code, query_type, rows_produced, user_name = current_user() as is_own ' +
      `from table(${quote(about.database)}.information_schema.query_history(` +
      `end_time_range_start => to_timestamp_ltz('${since}'), result_limit => ${LONGEST_HISTORY}))`,
  )
  const runs = rows.flatMap(([id, tagText, status, errorCode, type, produced, isOwn]): StatementRun[] => {
    const tag = parseTag(tagText)
    const queryId = String(id)
    if (isOwn !== true || tag?.snowfence !== 1 || tag.agent !== about.agentId) return []
    if (!matches(key, queryId, tag)) return []
    return [
      {
        queryId,
        outcome: outcomeOf(status),
        errorCode: errorCode === null || errorCode === undefined ? null : String(errorCode),
        rows: typeof produced === 'number' && CHANGING.test(String(type)) ? produced : null,
      },
    ]
  })
  const first = (['succeeded', 'running', 'failed'] as const).find((outcome) =>
    runs.some((run) => run.outcome === outcome),
  )
  return { outcome: first ?? (rows.length < LONGEST_HISTORY ? 'not-found' : 'unknown'), runs }
}
