import { fixed, text, timestampLtz } from '../dictionary/snow-type.ts'
import type { SuppliedRelation, SuppliedValue } from '../sql/translation.ts'
import type { Query } from './query.ts'

/** One statement that was run, as the history keeps it. */
export interface QueryRecord {
  readonly queryId: string
  readonly queryText: string
  /** Snowflake's word for what the statement does; null where it is not said here. */
  readonly queryType: string | null
  readonly queryTag: string
  readonly userName: string
  readonly roleName: string
  readonly databaseName: string | null
  readonly schemaName: string | null
  readonly warehouseName: string | null
  readonly sessionId: number
  readonly authentication: 'OAUTH_ACCESS_TOKEN' | 'PASSWORD'
  readonly status: Query['status']
  readonly errorCode: string | null
  readonly errorMessage: string | null
  readonly rows: number | null
  readonly startedAt: Date
  readonly endedAt: Date | null
}

const changes: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'DELETE', 'MERGE', 'COPY'])
const queries: ReadonlySet<string> = new Set(['SELECT', 'WITH', 'VALUES'])

const queryTypeOf = ({ kind }: Query): string | null =>
  changes.has(kind) ? kind : queries.has(kind) ? 'SELECT' : null

export const toRecord = (query: Query): QueryRecord => ({
  queryId: query.id,
  queryText: query.request.sqlText,
  queryType: queryTypeOf(query),
  queryTag: query.request.queryTag,
  userName: query.session.user.name,
  roleName: query.role,
  databaseName: query.database,
  schemaName: query.schema,
  warehouseName: query.warehouse,
  sessionId: query.session.id,
  authentication: query.session.authentication,
  status: query.status,
  errorCode: query.error?.code ?? null,
  errorMessage: query.error?.message ?? null,
  rows: query.rowCount,
  startedAt: query.startedAt,
  endedAt: query.endedAt,
})

const executionStatus = {
  RUNNING: 'RUNNING',
  SUCCESS: 'SUCCESS',
  FAILED_WITH_ERROR: 'FAIL',
  ABORTED: 'FAIL',
} as const

const columns = [
  ['QUERY_ID', text(), (record) => record.queryId],
  ['QUERY_TEXT', text(), (record) => record.queryText],
  ['DATABASE_NAME', text(), (record) => record.databaseName],
  ['SCHEMA_NAME', text(), (record) => record.schemaName],
  ['QUERY_TYPE', text(), (record) => record.queryType],
  ['SESSION_ID', fixed(), (record) => record.sessionId],
  ['USER_NAME', text(), (record) => record.userName],
  ['ROLE_NAME', text(), (record) => record.roleName],
  ['WAREHOUSE_NAME', text(), (record) => record.warehouseName],
  ['QUERY_TAG', text(), (record) => record.queryTag],
  ['EXECUTION_STATUS', text(), (record) => executionStatus[record.status]],
  ['ERROR_CODE', text(), (record) => record.errorCode],
  ['ERROR_MESSAGE', text(), (record) => record.errorMessage],
  ['START_TIME', timestampLtz, (record) => record.startedAt],
  ['END_TIME', timestampLtz, (record) => record.endedAt],
  [
    'TOTAL_ELAPSED_TIME',
    fixed(),
    (record) => (record.endedAt ? record.endedAt.getTime() - record.startedAt.getTime() : null),
  ],
  ['ROWS_PRODUCED', fixed(), (record) => record.rows],
] as const satisfies readonly (readonly [string, unknown, (record: QueryRecord) => SuppliedValue])[]

/** QUERY_HISTORY with Snowflake's column names. The statement that reads it is in it, as running. */
export const queryHistory = (history: readonly Query[]): SuppliedRelation => ({
  columns: columns.map(([name, type]) => ({ name, type })),
  rows: history.map((query) => {
    const record = toRecord(query)
    return columns.map(([, , value]) => value(record))
  }),
})
