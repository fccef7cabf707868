import { displayObject } from '../dictionary/identifier.ts'
import { declaredType } from '../dictionary/snow-type.ts'
import { objectNotFound, unsupported } from '../snowflake-error.ts'
import type { Execution } from './execution.ts'
import { listResult, type StatementResult } from './statement-result.ts'
import { TokenReader } from './token-reader.ts'

const names = [
  'name',
  'type',
  'kind',
  'null?',
  'default',
  'primary key',
  'unique key',
  'check',
  'expression',
  'comment',
  'policy name',
  'privacy domain',
]

/** DESCRIBE TABLE or VIEW. */
export const runDescribe = async ({ account, session, tokens }: Execution): Promise<StatementResult> => {
  const reader = new TokenReader(tokens)
  if (!reader.take('DESC')) reader.expect('DESCRIBE')
  if (!reader.take('TABLE') && !reader.take('VIEW')) throw unsupported('DESCRIBE of this kind')
  const name = account.qualify(session, reader.nameParts())
  reader.end()
  const table = account.findTable(session, name)
  if (!table || !account.access.isVisible(session.role, table)) throw objectNotFound(displayObject(name))
  return listResult(
    names,
    table.columns.map((column) => [
      column.name,
      declaredType(column.type),
      'COLUMN',
      column.nullable ? 'Y' : 'N',
      column.defaultText,
      column.primaryKey ? 'Y' : 'N',
      'N',
      null,
      null,
      column.comment,
      null,
      null,
    ]),
  )
}
