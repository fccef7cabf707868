import type { User } from '../access/users.ts'
import type { Account } from '../account.ts'
import { parseSimpleName } from '../dictionary/parse-name.ts'
import type { Session } from '../session/session.ts'
import type { ParameterValue } from '../session/session-parameters.ts'
import { SnowflakeError } from '../snowflake-error.ts'

interface LoginRequest {
  readonly accountName: string | null
  readonly authenticator: string
  readonly loginName: string | null
  readonly password: string | null
  readonly token: string | null
  readonly role: string | null
  readonly database: string | null
  readonly schema: string | null
  readonly warehouse: string | null
  readonly parameters: Readonly<Record<string, ParameterValue>>
}

const wrongPassword = () =>
  new SnowflakeError('390100', '08001', 'Incorrect username or password was specified.')
const disabled = () =>
  new SnowflakeError('390101', '08001', 'User access disabled. Contact your local system administrator.')
const otherUser = () =>
  new SnowflakeError(
    '390309',
    '08004',
    'The user you were trying to authenticate as differs from the user tied to the access token.',
  )
const roleFiltered = (role: string) =>
  new SnowflakeError(
    '390317',
    '08004',
    `The role requested in the connection, or the default role if none was requested in the connection ('${role}'), ` +
      'is not listed in the Access Token or was filtered. Please specify another role, or contact your OAuth ' +
      'Authorization server administrator.',
  )
const roleNotGranted = (role: string) =>
  new SnowflakeError(
    '390189',
    '08004',
    `Role '${role}' specified in the connect string is not granted to this user. Contact your local system ` +
      'administrator, or attempt to login with another role, e.g. PUBLIC.',
  )
const unknownAuthenticator = () =>
  new SnowflakeError('390144', '08001', 'This authenticator is not supported by the local Snowflake.')

/** Opens a session, or throws what Snowflake answers to a log-in that fails. */
export const logIn = async (account: Account, request: LoginRequest): Promise<Session> => {
  if (request.accountName !== null && request.accountName.toUpperCase() !== account.name.toUpperCase())
    throw new SnowflakeError('390201', '08004', 'The requested account does not exist or is not authorized.')
  switch (request.authenticator.toUpperCase()) {
    case 'OAUTH':
      return logInWithToken(account, request)
    case 'SNOWFLAKE':
      return logInWithPassword(account, request)
    default:
      throw unknownAuthenticator()
  }
}

const logInWithPassword = (account: Account, request: LoginRequest): Session => {
  const user = account.users.byLogin(request.loginName ?? '')
  if (!user || !account.users.passwordMatches(user, request.password ?? '')) throw wrongPassword()
  if (user.disabled) throw disabled()
  const role = request.role === null ? (user.defaultRole ?? 'PUBLIC') : parseSimpleName(request.role)
  if (!user.roles.has(role)) throw roleNotGranted(role)
  return openSession(account, request, user, role, 'PASSWORD')
}

const logInWithToken = async (account: Account, request: LoginRequest): Promise<Session> => {
  if (!account.verifyToken || request.token === null)
    throw new SnowflakeError('390303', '08004', 'Invalid OAuth access token.')
  const identity = await account.verifyToken(request.token)
  const user = account.users.byLogin(identity.loginName)
  if (!user) throw wrongPassword()
  if (user.disabled) throw disabled()
  if (request.loginName !== null && account.users.byLogin(request.loginName) !== user) throw otherUser()
  const role =
    request.role === null ? (user.defaultRole ?? identity.roles[0] ?? '') : parseSimpleName(request.role)
  if (!identity.roles.includes(role) || !user.roles.has(role)) throw roleFiltered(role)
  return openSession(account, request, user, role, 'OAUTH_ACCESS_TOKEN')
}

/** A database, schema or warehouse that the role may not use is left out, as Snowflake does, and no error. */
const openSession = (
  account: Account,
  request: LoginRequest,
  user: User,
  role: string,
  authentication: Session['authentication'],
): Session => {
  const session = account.sessions.create({
    user,
    role,
    roleLocked: authentication === 'OAUTH_ACCESS_TOKEN',
    database: null,
    schema: null,
    warehouse: null,
    authentication,
  })
  try {
    for (const [name, value] of Object.entries(request.parameters))
      session.parameters.set(name.toUpperCase(), value)
  } catch (error) {
    account.sessions.end(session)
    throw error
  }
  const [defaultDatabase, defaultSchema] = user.defaultNamespace?.split('.') ?? []
  const database = request.database ?? defaultDatabase
  const schema = request.schema ?? (request.database ? undefined : defaultSchema)
  const warehouse = request.warehouse ?? user.defaultWarehouse
  if (database) account.tryUseDatabase(session, parseSimpleName(database))
  if (schema) account.tryUseSchema(session, parseSimpleName(schema))
  if (warehouse) account.tryUseWarehouse(session, parseSimpleName(warehouse))
  return session
}
