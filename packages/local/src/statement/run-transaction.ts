import type { Execution } from './execution.ts'
import { executed, type StatementResult } from './statement-result.ts'
import { TokenReader } from './token-reader.ts'

/** BEGIN, BEGIN TRANSACTION, BEGIN WORK, START TRANSACTION. A second BEGIN is ignored, as Snowflake does. */
export const runBegin = async ({ account, session, tokens }: Execution): Promise<StatementResult> => {
  const reader = new TokenReader(tokens)
  const started = reader.take('START', 'TRANSACTION')
  if (!started) reader.expect('BEGIN')
  if (!started && !reader.take('TRANSACTION')) reader.take('WORK')
  if (reader.take('NAME')) reader.name()
  reader.end()
  if (session.transaction) return executed('transaction')
  const connection = await account.connections.take()
  await connection.run('BEGIN TRANSACTION')
  session.transaction = connection
  return executed('transaction')
}

/** Ends the transaction of a session, if there is one. */
export const endTransaction = async (
  { account, session }: Pick<Execution, 'account' | 'session'>,
  how: 'COMMIT' | 'ROLLBACK',
): Promise<void> => {
  const connection = session.transaction
  if (!connection) return
  await session.turns.run(async () => {
    session.transaction = null
    try {
      await connection.run(how)
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined)
      throw error
    } finally {
      account.connections.release(connection)
    }
  })
}

const readEnd = (execution: Execution, word: string): void => {
  const reader = new TokenReader(execution.tokens)
  reader.expect(word)
  reader.take('WORK')
  reader.end()
}

export const runCommit = async (execution: Execution): Promise<StatementResult> => {
  readEnd(execution, 'COMMIT')
  await endTransaction(execution, 'COMMIT')
  return executed('transaction')
}

export const runRollback = async (execution: Execution): Promise<StatementResult> => {
  readEnd(execution, 'ROLLBACK')
  await endTransaction(execution, 'ROLLBACK')
  return executed('transaction')
}
