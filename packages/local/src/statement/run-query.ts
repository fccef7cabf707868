import { resultColumns } from '../result/result-column.ts'
import { readResult } from '../result/result-set.ts'
import { SnowflakeError, unsupported } from '../snowflake-error.ts'
import { markStatement } from '../sql/mark-statement.ts'
import { parseStatement } from '../sql/parser.ts'
import { translateQuery } from '../sql/translate-query.ts'
import { verifyQuery } from '../sql/verify-query.ts'
import { type Execution, withConnection } from './execution.ts'
import { inlineValues } from './inline-values.ts'
import { readWait, waitFor } from './run-call.ts'
import type { StatementResult } from './statement-result.ts'
import { translationContext } from './translation-context.ts'

/** Snowflake runs a query with tables on a warehouse only. */
export const requireWarehouse = ({ session }: Execution): void => {
  if (session.warehouse === null)
    throw new SnowflakeError(
      '000606',
      '57P03',
      'No active warehouse selected in the current session.  Select an active warehouse with the ' +
        "'use warehouse' command.",
    )
}

/** SELECT in all its forms. */
export const runQuery = async (execution: Execution): Promise<StatementResult> => {
  const wait = readWait(execution.tokens)
  if (wait !== null) return waitFor(execution, wait)
  if (execution.binds.length > 1) throw unsupported('binds in rows for anything but an insert')
  const marked = markStatement(execution.source)
  const values = inlineValues(execution, marked)
  const query = translateQuery(parseStatement(marked.text), marked, translationContext(execution), values)
  if (query.tables.length > 0) requireWarehouse(execution)
  return withConnection(execution, async (connection) => {
    await verifyQuery(connection, query)
    if (execution.describeOnly) {
      const columns = resultColumns(await connection.describe(query.text), query.columns)
      return { type: 'select', columns, rows: [], rowCount: 0 }
    }
    const { columns, rows, bytes } = await readResult(
      await connection.run(query.text),
      query.columns,
      execution.account.settings.resultMegabytes,
    )
    return { type: 'select', columns, rows, rowCount: rows.length, bytes }
  })
}
