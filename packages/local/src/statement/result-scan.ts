import { decodeCell } from '../result/decode-cell.ts'
import { SnowflakeError } from '../snowflake-error.ts'
import type { SuppliedRelation } from '../sql/translation.ts'
import type { Execution } from './execution.ts'

/** The result of an earlier statement of the same user. */
export const resultScan = ({ account, session }: Execution, args: readonly string[]): SuppliedRelation => {
  const result = account.queries.byId(session, args[0] ?? '')?.result
  if (!result || args.length !== 1)
    throw new SnowflakeError('000709', '02000', 'Statement not found, or its result is no longer available')
  const { columns } = result
  return {
    columns,
    rows: result.rows.map((row) => columns.map(({ type }, index) => decodeCell(row[index] ?? null, type))),
  }
}
