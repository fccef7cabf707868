import type { Account } from '../account.ts'
import { runInterruptibly } from '../engine/connection-pool.ts'
import type { EngineConnection } from '../engine/duckdb.ts'
import type { Query } from '../query/query.ts'
import type { Session } from '../session/session.ts'
import type { InlineValue } from '../sql/finish-text.ts'
import type { Token } from '../sql/lexer.ts'

/** One statement while it runs. */
export interface Execution {
  readonly account: Account
  readonly session: Session
  readonly query: Query
  readonly source: string
  readonly tokens: readonly Token[]
  readonly binds: readonly (readonly InlineValue[])[]
  readonly describeOnly: boolean
  readonly signal: AbortSignal
}

/** Runs work on DuckDB: inside the session's transaction if one is open, on a connection of its own otherwise. */
export const withConnection = async <T>(
  { account, session, signal }: Execution,
  work: (connection: EngineConnection) => Promise<T>,
): Promise<T> => {
  const prepared = async (connection: EngineConnection) => {
    await connection.useTimeZone(String(session.parameters.get('TIMEZONE')))
    await connection.useWeekStart(Number(session.parameters.get('WEEK_START')))
    return work(connection)
  }
  const open = session.transaction
  if (open) return session.turns.run(() => runInterruptibly(open, signal, () => prepared(open)))
  const connection = await account.connections.take()
  try {
    return await runInterruptibly(connection, signal, () => prepared(connection))
  } finally {
    account.connections.release(connection)
  }
}
