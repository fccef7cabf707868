import { SnowflakeError } from '../snowflake-error.ts'
import type { Execution } from './execution.ts'

export const serverVersion = '10.0.0'

/** The value of a function that tells about the session, `undefined` for any other function. */
export const contextFunction = (
  { account, session }: Execution,
  name: string,
  args: readonly string[],
): string | number | null | undefined => {
  switch (name) {
    case 'CURRENT_ROLE':
      return session.role
    case 'CURRENT_USER':
      return session.user.name
    case 'CURRENT_DATABASE':
      return session.database
    case 'CURRENT_SCHEMA':
      return session.schema
    case 'CURRENT_WAREHOUSE':
      return session.warehouse
    case 'CURRENT_SESSION':
      return String(session.id)
    case 'CURRENT_ACCOUNT':
    case 'CURRENT_ACCOUNT_NAME':
      return account.name.toUpperCase().replaceAll('-', '_')
    case 'CURRENT_ORGANIZATION_NAME':
      return 'LOCAL'
    case 'CURRENT_REGION':
      return 'LOCAL'
    case 'CURRENT_VERSION':
      return serverVersion
    case 'CURRENT_CLIENT':
      return 'JavaScript'
    case 'CURRENT_ROLE_TYPE':
      return 'ROLE'
    case 'CURRENT_SECONDARY_ROLES':
      return '{"roles":"","value":""}'
    case 'CURRENT_AVAILABLE_ROLES':
      return JSON.stringify(session.roleLocked ? [session.role] : [...session.user.roles].sort())
    case 'CURRENT_SCHEMAS':
      return JSON.stringify(session.schema === null ? [] : [`${session.database}.${session.schema}`])
    case 'CURRENT_TRANSACTION':
      return session.transaction ? String(session.id) : null
    case 'IS_ROLE_IN_SESSION':
      throw new SnowflakeError('000002', '0A000', "Unsupported feature 'IS_ROLE_IN_SESSION'.")
    case 'LAST_QUERY_ID': {
      const earlier = session.queryIds.slice(0, -1)
      return earlier.at(args[0] === undefined ? -1 : indexFrom(Number(args[0]))) ?? null
    }
    default:
      return undefined
  }
}

/** Snowflake counts from 1 for the first statement and from -1 for the last. */
const indexFrom = (position: number): number => (position > 0 ? position - 1 : position)
