import { randomBytes, randomUUID } from 'node:crypto'
import type { Session } from '../session/session.ts'
import type { SnowflakeError } from '../snowflake-error.ts'
import type { InlineValue } from '../sql/finish-text.ts'
import type { StatementResult } from '../statement/statement-result.ts'

export type QueryStatus = 'RUNNING' | 'SUCCESS' | 'FAILED_WITH_ERROR' | 'ABORTED'

/** The positional binds of a statement: one set, or one for each row of a bulk insert. */
export type Binds = readonly (readonly InlineValue[])[]

export interface QueryRequest {
  readonly requestId: string | null
  readonly sqlText: string
  readonly binds: Binds
  /** Where the driver staged the binds of a bulk insert instead of sending them. */
  readonly bindStage: string | null
  /** How the driver names itself, such as `JavaScript/3.3.0`. */
  readonly client: string
  readonly describeOnly: boolean
  readonly detached: boolean
  readonly multiStatementCount: number
  readonly timeoutSeconds: number
  readonly queryTag: string
}

export type QueryOutcome =
  | { readonly kind: 'success'; readonly result: StatementResult }
  | { readonly kind: 'failure'; readonly error: SnowflakeError }

/** One statement from its arrival on. Its record stays for the history after its result is gone. */
export class Query {
  readonly id = randomUUID()
  /** Known only to who got the answer: chunks are fetched without a session token. */
  readonly chunkKey = randomBytes(24).toString('base64url')
  readonly request: QueryRequest
  readonly session: Session
  readonly role: string
  readonly database: string | null
  readonly schema: string | null
  readonly warehouse: string | null
  readonly startedAt = new Date()
  readonly #abort = new AbortController()
  endedAt: Date | null = null
  status: QueryStatus = 'RUNNING'
  error: SnowflakeError | null = null
  rowCount: number | null = null
  kind = ''
  /** Set when the statement has ended well, until it is let go. */
  result: StatementResult | null = null
  /** Settles when the statement has ended; never rejects. Null once the result was let go. */
  outcome: Promise<QueryOutcome> | null = null

  constructor(session: Session, request: QueryRequest) {
    this.session = session
    this.request = request
    this.role = session.role
    this.database = session.database
    this.schema = session.schema
    this.warehouse = session.warehouse
  }

  get signal(): AbortSignal {
    return this.#abort.signal
  }

  abort(reason: SnowflakeError): void {
    if (this.status === 'RUNNING') this.#abort.abort(reason)
  }
}
