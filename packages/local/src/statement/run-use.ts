import { displayName } from '../dictionary/identifier.ts'
import { operationNotPossible, SnowflakeError } from '../snowflake-error.ts'
import type { Execution } from './execution.ts'
import { executed, type StatementResult } from './statement-result.ts'
import { TokenReader } from './token-reader.ts'

const roleRefused = (role: string) =>
  new SnowflakeError(
    '003013',
    '42501',
    `SQL access control error:\nRequested role '${displayName(role)}' is not assigned to the executing user. ` +
      'Specify another role to activate.',
  )

const roleLocked = () =>
  new SnowflakeError(
    '003001',
    '42501',
    'SQL access control error:\nThe access token of this session is for one role only; USE ROLE is not possible.',
  )

/** USE [DATABASE | SCHEMA | ROLE | WAREHOUSE | SECONDARY ROLES]. */
export const runUse = async ({ account, session, tokens }: Execution): Promise<StatementResult> => {
  const reader = new TokenReader(tokens)
  reader.expect('USE')
  if (reader.take('SECONDARY', 'ROLES')) {
    if (!reader.take('NONE')) throw roleLocked()
    reader.end()
    return executed('session')
  }
  if (reader.take('ROLE')) {
    const role = reader.name()
    reader.end()
    if (session.roleLocked && role !== session.role) throw roleLocked()
    if (!session.user.roles.has(role) || !account.access.hasRole(role)) throw roleRefused(role)
    session.role = role
    return executed('session')
  }
  if (reader.take('WAREHOUSE')) {
    const warehouse = reader.name()
    reader.end()
    if (!account.tryUseWarehouse(session, warehouse)) throw operationNotPossible()
    return executed('session')
  }
  const isSchema = reader.take('SCHEMA')
  if (!isSchema) reader.take('DATABASE')
  const parts = reader.nameParts()
  reader.end()
  const [last, database = session.database] = [...parts].reverse()
  const used =
    isSchema || parts.length === 2
      ? account.tryUseSchema(session, last as string, database)
      : account.tryUseDatabase(session, last as string)
  if (!used || parts.length > 2) throw operationNotPossible()
  return executed('session')
}
