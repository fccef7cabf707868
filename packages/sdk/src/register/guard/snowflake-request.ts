/** What is known of a request before it is sent. */
export interface OutgoingRequest {
  /** The name that the connection is opened to, without a port. */
  readonly host?: string | undefined
  /** The `Host` header or `:authority`: a name, and a port where it is not the protocol's own. */
  readonly authority?: string | undefined
  /** The request target: a path, an absolute URL, or `host:port` of a CONNECT. */
  readonly target?: string | undefined
  readonly authorization?: string | undefined
  /** The value of `X-Snowflake-Authorization-Token-Type`. */
  readonly tokenType?: string | undefined
}

/** Hosts by which requests are recognised, as `host` or `host:port` in lower case. */
export interface NamedHosts {
  /** Accounts of Snowflake under other names than Snowflake's own. */
  readonly accounts: ReadonlySet<string>
  /** Hosts that are not Snowflake, whatever the paths of their requests. */
  readonly others: ReadonlySet<string>
}

/** Snowflake: "Account identifiers", "Private connectivity": every host of an account ends in one of these domains. */
const accountDomain = /(?:^|\.)snowflakecomputing\.(?:com|cn|mil)$/

/** Paths that carry a credential or a session's token in Snowflake's driver protocol, and that no other protocol has. */
const driverPath =
  /(?:^|\/)(?:session\/v1\/login-request|session\/authenticator-request|session\/token-request|queries\/v1\/query-request)\/?$/

/** Paths that other services have too. They are Snowflake's at an account of Snowflake's alone. */
const accountPath = /(?:^|\/)(?:session|queries|oauth|api|monitoring|telemetry)(?:\/|$)/

/** `HOST:443` and `host.` are the same host as `host`. */
const nameOf = (authority: string): string => authority.toLowerCase().replace(/:\d+$/, '').replace(/\.$/, '')

/** A server as `host` or `host:port` in lower case, without the ports that https and http have anyway. */
export const serverName = (authority: string): string => authority.toLowerCase().replace(/:(?:443|80)$/, '')

export const isSnowflakeHost = (authority: string): boolean => accountDomain.test(nameOf(authority))

const decoded = (path: string): string => {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

/** The authority and the path of a request target. A CONNECT has no path. */
const readTarget = (target: string): { readonly authority?: string; readonly path: string } => {
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/(?:[^/?#]*@)?([^/?#]*)([^?#]*)/i.exec(target)
  if (absolute) return { authority: absolute[1]!, path: absolute[2]! }
  if (!target.startsWith('/')) return { authority: target, path: '' }
  return { path: target.replace(/[?#].*$/s, '') }
}

/**
 * Whether a request goes to Snowflake: by its host, by a path that only Snowflake's drivers use, by a token of a
 * Snowflake session, or by a path of Snowflake's at a host that is known as an account.
 */
export const isSnowflakeRequest = (request: OutgoingRequest, hosts: NamedHosts): boolean => {
  const { host, authority, target = '/', authorization, tokenType } = request
  const { authority: targetAuthority, path: encoded } = readTarget(target)
  const names = [host, authority, targetAuthority].filter((name) => name !== undefined && name !== '')
  if (names.some((name) => isSnowflakeHost(name!))) return true
  if (tokenType !== undefined || /^snowflake token=/i.test(authorization ?? '')) return true

  const server = serverName(targetAuthority ?? authority ?? host ?? '')
  if (hosts.others.has(server)) return false
  const path = decoded(encoded).replace(/\/{2,}/g, '/')
  if (driverPath.test(path)) return true
  return hosts.accounts.has(server) && accountPath.test(path)
}
