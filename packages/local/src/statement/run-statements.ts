import type { Account } from '../account.ts'
import type { Query } from '../query/query.ts'
import { SnowflakeError, syntaxError } from '../snowflake-error.ts'
import { lexStatement, splitStatements } from '../sql/lexer.ts'
import { executeStatement } from './execute-statement.ts'
import { isTransfer } from './run-transfer.ts'
import { readStagedBinds } from './staged-binds.ts'
import type { StatementResult } from './statement-result.ts'
import { executed } from './statement-result.ts'

const wrongCount = (actual: number, wanted: number) =>
  new SnowflakeError(
    '000008',
    '0A000',
    `Actual statement count ${actual} did not match the desired statement count ${wanted}.`,
  )

/** Runs what a request holds: one statement, or as many as MULTI_STATEMENT_COUNT says, where 0 is any number. */
export const runStatements = async (account: Account, query: Query): Promise<StatementResult> => {
  const { sqlText } = query.request
  const statements = isTransfer(sqlText) ? [sqlText] : splitStatements(sqlText)
  const wanted = query.request.multiStatementCount
  if (statements.length === 0) throw syntaxError('Empty SQL statement.')
  if (wanted !== 0 && statements.length !== wanted) throw wrongCount(statements.length, wanted)
  if (wanted === 1 || statements.length === 1) return runOne(account, query, statements[0] as string, query)
  if (query.request.binds.length > 0) throw wrongCount(statements.length, 1)
  return runParts(account, query, statements)
}

const runOne = async (
  account: Account,
  query: Query,
  source: string,
  owner: Query,
): Promise<StatementResult> => {
  const tokens = isTransfer(source) ? lexStatement(source.trimStart().slice(0, 3)) : lexStatement(source)
  owner.kind = tokens[0]?.value ?? ''
  const execution = {
    account,
    session: query.session,
    query: owner,
    source,
    tokens,
    binds: query.request.binds,
    describeOnly: query.request.describeOnly,
    signal: query.signal,
  }
  const { bindStage } = query.request
  if (bindStage === null) return executeStatement(execution)
  return executeStatement({ ...execution, binds: await readStagedBinds(execution, bindStage) })
}

/** Each part has an id and a result of its own. The first failure ends the whole request. */
const runParts = async (
  account: Account,
  query: Query,
  statements: readonly string[],
): Promise<StatementResult> => {
  const resultIds: string[] = []
  for (const sqlText of statements) {
    const part = account.queries.addPart(query.session, { ...query.request, sqlText, requestId: null })
    try {
      const result = await runOne(account, query, sqlText, part)
      account.queries.settle(part, { kind: 'success', result })
      part.outcome = Promise.resolve({ kind: 'success', result })
      resultIds.push(part.id)
    } catch (error) {
      const failure =
        error instanceof SnowflakeError
          ? error
          : new SnowflakeError('300002', 'XX000', 'A part of the request failed')
      account.queries.settle(part, { kind: 'failure', error: failure })
      throw error
    }
  }
  return { ...executed('multi'), resultIds }
}
