import { syncBuiltinESMExports } from 'node:module'
import { guardChildren } from './guard-children.ts'
import { guardHttp } from './guard-http.ts'
import { guardHttp2 } from './guard-http2.ts'
import { guardSockets } from './guard-sockets.ts'
import { guardWorkers } from './guard-workers.ts'
import { addFlags, guardFlags } from './inherited-environment.ts'
import { installAndTry } from './install-and-try.ts'
import { RequestGuard } from './request-guard.ts'
import { serverName } from './snowflake-request.ts'

/** Hosts in a list with commas, with or without a port. */
const listOf = (value = ''): Set<string> =>
  new Set(value.split(',').flatMap((name) => serverName(name.trim()) || []))

/** The server of an address; a bare host is one too. */
const serverOf = (address = ''): string =>
  serverName(address.replace(/^[a-z]+:\/\//i, '').replace(/\/.*$/s, ''))

const accountsOf = ({ SNOWFLAKE_ACCESS_URL: url, SNOWFLAKE_HOST: host }: NodeJS.ProcessEnv): Set<string> =>
  new Set([serverOf(url), serverOf(host)].filter((server) => server !== ''))

/**
 * Refuses requests to Snowflake that do not begin in the governed driver, in this process, its children and its Workers.
 *
 * @throws SnowfenceError ERR_GUARD_UNAVAILABLE
 */
export const installGuard = (registerUrl: string): void => {
  /** Where this package's files are. */
  const ownFolder = new URL('..', registerUrl)
  const guard = new RequestGuard({
    accounts: accountsOf(process.env),
    others: listOf(process.env.SNOWFENCE_OTHER_HOSTS),
    ownFolder: ownFolder.pathname,
  })
  const flags = guardFlags(registerUrl)
  installAndTry(() => {
    guardHttp(guard)
    guardSockets(guard)
    guardHttp2(guard)
    guardChildren(flags)
    guardWorkers(flags, ownFolder.href)
  })
  process.env.NODE_OPTIONS = addFlags(process.env.NODE_OPTIONS, flags)
  guard.isAnnouncing = true
  // For programs that import the replaced functions by name.
  syncBuiltinESMExports()
}
