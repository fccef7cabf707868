import type { ParameterValue } from '../session/session-parameters.ts'
import { unsupported } from '../snowflake-error.ts'
import type { InlineValue } from '../sql/finish-text.ts'
import type { Execution } from './execution.ts'
import { executed, type StatementResult } from './statement-result.ts'
import { TokenReader } from './token-reader.ts'

/** A literal: a text, a number or a word such as TRUE. */
const readLiteral = (reader: TokenReader): ParameterValue => {
  const negative = reader.take('-')
  const token = reader.advance()
  if (token.kind === 'number') return Number(negative ? `-${token.text}` : token.text)
  if (negative || (token.kind !== 'string' && token.kind !== 'word')) throw reader.unexpected(token)
  return token.value
}

/** ALTER SESSION SET name = value …, ALTER SESSION UNSET name, …. */
export const runAlterSession = async ({ session, tokens }: Execution): Promise<StatementResult> => {
  const reader = new TokenReader(tokens)
  reader.expect('ALTER', 'SESSION')
  if (reader.take('UNSET')) {
    do session.parameters.unset(reader.name())
    while (reader.take(','))
    reader.end()
    return executed('session')
  }
  reader.expect('SET')
  do {
    const name = reader.name()
    reader.expect('=')
    session.parameters.set(name, readLiteral(reader))
    reader.take(',')
  } while (reader.next)
  return executed('session')
}

const toVariable = (reader: TokenReader): InlineValue => {
  const negative = reader.take('-')
  const token = reader.advance()
  if (token.kind === 'string' && !negative) return { type: 'TEXT', value: token.value }
  if (token.kind === 'number') return { type: 'FIXED', value: negative ? `-${token.text}` : token.text }
  if (token.value === 'TRUE' || token.value === 'FALSE') return { type: 'BOOLEAN', value: token.value }
  throw unsupported('SET to anything but a literal')
}

/** SET name = literal. */
export const runSet = async ({ session, tokens }: Execution): Promise<StatementResult> => {
  const reader = new TokenReader(tokens)
  reader.expect('SET')
  const name = reader.name()
  reader.expect('=')
  const value = toVariable(reader)
  reader.end()
  session.variables.set(name, value)
  return executed('session')
}

export const runUnset = async ({ session, tokens }: Execution): Promise<StatementResult> => {
  const reader = new TokenReader(tokens)
  reader.expect('UNSET')
  session.variables.delete(reader.name())
  reader.end()
  return executed('session')
}
