import type { Account } from '../account.ts'
import { toSnowflakeError } from '../engine/engine-error.ts'
import type { Session } from '../session/session.ts'
import { SnowflakeError, statementCancelled } from '../snowflake-error.ts'
import { runStatements } from '../statement/run-statements.ts'
import { Query, type QueryOutcome, type QueryRequest } from './query.ts'

const keptResults = 500
const keptRecords = 20_000

/** Every statement by its id and by the id of its request, and the history of all of them. */
export class QueryRegistry {
  readonly #account: Account
  readonly #byId = new Map<string, Query>()
  readonly #byRequest = new Map<string, Query>()

  constructor(account: Account) {
    this.#account = account
  }

  /** Starts a statement. A request id that is known already returns its statement, and nothing runs again. */
  start(session: Session, request: QueryRequest): Query {
    const known = this.byRequest(session, request.requestId)
    if (known) return known
    const query = new Query(session, request)
    this.#admit(query)
    query.outcome = this.#run(query)
    return query
  }

  /** Records a statement that is part of another one and has a result of its own. */
  addPart(session: Session, request: QueryRequest): Query {
    const query = new Query(session, request)
    this.#admit(query)
    return query
  }

  byRequest(session: Session, requestId: string | null): Query | null {
    return requestId === null ? null : (this.#byRequest.get(`${session.id} ${requestId}`) ?? null)
  }

  /** A statement of the session's own user; of another user there is none. */
  byId(session: Session, id: string): Query | null {
    const query = this.#byId.get(id)
    return query && query.session.user === session.user ? query : null
  }

  byChunkKey(id: string, key: string): Query | null {
    const query = this.#byId.get(id)
    return query?.chunkKey === key ? query : null
  }

  abortSession(session: Session): void {
    for (const query of this.#byId.values()) if (query.session === session) query.abort(statementCancelled())
  }

  /** Oldest first. */
  history(): readonly Query[] {
    return [...this.#byId.values()]
  }

  /** Waits until nothing runs any more, after every statement was told to stop. */
  async stop(): Promise<void> {
    for (const query of this.#byId.values()) query.abort(statementCancelled())
    await Promise.all([...this.#byId.values()].map(({ outcome }) => outcome))
  }

  async #run(query: Query): Promise<QueryOutcome> {
    const { statementSeconds } = this.#account.settings
    const asked = query.request.timeoutSeconds
    const timeoutSeconds = asked > 0 ? Math.min(asked, statementSeconds) : statementSeconds
    const expired = new SnowflakeError(
      '000630',
      '57014',
      `Statement reached its statement or warehouse timeout of ${timeoutSeconds} second(s) and was canceled.`,
    )
    const timer = setTimeout(() => query.abort(expired), timeoutSeconds * 1000)
    const outcome = await runStatements(this.#account, query).then(
      (result): QueryOutcome => ({ kind: 'success', result }),
      (error: unknown): QueryOutcome => ({
        kind: 'failure',
        error: query.signal.aborted ? toSnowflakeError(query.signal.reason) : toSnowflakeError(error),
      }),
    )
    clearTimeout(timer)
    this.settle(query, outcome)
    return outcome
  }

  settle(query: Query, outcome: QueryOutcome): void {
    query.endedAt = new Date()
    if (outcome.kind === 'success') {
      query.status = 'SUCCESS'
      query.result = outcome.result
      query.rowCount = outcome.result.rowCount
      this.#letGoOfLargeResults(query)
    } else {
      query.error = outcome.error
      query.status = query.signal.aborted ? 'ABORTED' : 'FAILED_WITH_ERROR'
    }
  }

  #admit(query: Query): void {
    this.#byId.set(query.id, query)
    query.session.queryIds.push(query.id)
    const { requestId } = query.request
    if (requestId !== null) this.#byRequest.set(`${query.session.id} ${requestId}`, query)
    this.#letGo()
  }

  /** The result that has just come is kept: it is within its own limit. */
  #letGoOfLargeResults(latest: Query): void {
    const most = 2 * this.#account.settings.resultMegabytes * 1_000_000
    let bytes = latest.result?.bytes ?? 0
    for (const query of [...this.#byId.values()].reverse()) {
      const own = query === latest ? 0 : (query.result?.bytes ?? 0)
      bytes += own
      if (own > 0 && bytes > most) {
        query.outcome = null
        query.result = null
      }
    }
  }

  /** Old results are let go first, old records much later. */
  #letGo(): void {
    const all = [...this.#byId.values()]
    const old = all[all.length - 1 - keptResults]
    if (old && old.status !== 'RUNNING') {
      old.outcome = null
      old.result = null
    }
    if (all.length <= keptRecords) return
    const [oldest] = all
    if (oldest && oldest.status !== 'RUNNING') {
      this.#byId.delete(oldest.id)
      this.#byRequest.delete(`${oldest.session.id} ${oldest.request.requestId}`)
    }
  }
}
