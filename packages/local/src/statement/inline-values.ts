import { SnowflakeError } from '../snowflake-error.ts'
import type { InlineValue } from '../sql/finish-text.ts'
import type { MarkedStatement } from '../sql/mark-statement.ts'
import { valuesByCall } from '../sql/translate-query.ts'
import type { Execution } from './execution.ts'

/** The binds and session variables of a statement, by the calls that stand for them. `row` picks one of a bulk insert. */
export const inlineValues = (
  { binds, session }: Execution,
  marked: MarkedStatement,
  row = 0,
): ReadonlyMap<string, InlineValue> => {
  const given = binds[row] ?? []
  if (given.length < marked.bindCount)
    throw new SnowflakeError('002049', '42601', 'SQL compilation error:\nBind variable is not set.')
  const variables = marked.variables.map((name) => {
    const value = session.variables.get(name)
    if (!value)
      throw new SnowflakeError(
        '002211',
        '02000',
        `SQL compilation error:\nSession variable '$${name}' does not exist`,
      )
    return value
  })
  return valuesByCall(given, variables)
}
