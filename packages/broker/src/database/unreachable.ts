import { isSnowfenceError, SnowfenceError } from '@snowfence/core'

/**
 * SQLSTATEs that speak of the server or the connection and not of the statement: a lost connection (08), a refused
 * login (28, 3D), too few resources (53), a shutdown, a start or a cancelled statement (57), an error of its disk (58), a
 * session that the server ended (25P03, 25P04), a standby that only reads (25006), a lock that did not come free
 * (55P03), and two transactions in each other's way (40001, 40P01).
 */
const ABOUT_THE_SERVER = /^(08...|28...|3D000|53...|57...|58...|25P03|25P04|25006|55P03|40001|40P01)$/

const codeOf = (error: unknown): unknown =>
  typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined

const isSqlState = (code: unknown): code is string =>
  typeof code === 'string' && /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('E')

/** PostgreSQL has no space to store something. */
const DISK_FULL = '53100'

/** Whether an error of PostgreSQL or PGlite speaks of the server and not of the statement. */
export const isAboutServer = (error: unknown): boolean => {
  const code = codeOf(error)
  return isSqlState(code) && ABOUT_THE_SERVER.test(code)
}

/** Code and text alone: the driver's errors carry the client, and with it the password. */
const causeOf = (error: unknown): Error => {
  const cause = new Error(error instanceof Error ? error.message : 'no reason was given')
  return Object.assign(cause, { code: codeOf(error) })
}

/** Whether the database cannot be reached: trying something else on it is in vain for the moment. */
export const isUnreachable = (error: unknown): boolean =>
  isSnowfenceError(error, 'ERR_BROKER_DATABASE_UNREACHABLE')

/** Codes with which Node refuses the certificate of a server. */
const CERTIFICATE_REFUSED =
  /^(CERT_|ERR_TLS_CERT_|SELF_SIGNED_|DEPTH_ZERO_|UNABLE_TO_(GET|VERIFY|DECODE)_|INVALID_CA$)/

/** The driver has no code for it. */
const NO_TLS = /does not support SSL connections/

/** What keeps a connection from being made, where it is neither the server nor the network. */
const explain = (error: unknown): { message: string; hint: string } | null => {
  const code = codeOf(error)
  if (typeof code === 'string' && CERTIFICATE_REFUSED.test(code))
    return {
      message: `the broker refused the certificate of PostgreSQL (${code}), and sent it nothing`,
      hint: 'let `sslrootcert` of `databaseUrl` name the authority of that certificate, and use the name of the server that stands in it',
    }
  if (error instanceof Error && NO_TLS.test(error.message))
    return {
      message: '`databaseUrl` asks for TLS, and PostgreSQL speaks none there',
      hint: 'switch TLS on in PostgreSQL (`ssl = on`)',
    }
  return null
}

/** The error of a database that cannot serve now: its disk is full, or it cannot be reached. */
export const databaseUnreachable = (error: unknown): SnowfenceError =>
  isSnowfenceError(error)
    ? error
    : new SnowfenceError(
        codeOf(error) === DISK_FULL ? 'ERR_BROKER_DISK_FULL' : 'ERR_BROKER_DATABASE_UNREACHABLE',
        { ...explain(error), cause: causeOf(error) },
      )

/**
 * The error to pass on for one that the PostgreSQL driver threw. What the server says about a statement stays as it is;
 * everything else means that the database cannot serve now. The driver's own errors, such as a timeout or a connection
 * that broke, have no SQLSTATE.
 */
export const asUnreachable = (error: unknown): unknown =>
  isSqlState(codeOf(error)) && !isAboutServer(error) ? error : databaseUnreachable(error)
