import { randomUUID } from 'node:crypto'
import { createRemoteJWKSet, errors, type JWTPayload, jwtVerify } from 'jose'
import { SnowflakeError } from '../snowflake-error.ts'

/** What a `CREATE SECURITY INTEGRATION … TYPE = EXTERNAL_OAUTH` would say. */
interface OAuthTrust {
  readonly issuer: string
  /** The `aud` that tokens must carry: one of these. */
  readonly audience: string | readonly string[]
  readonly jwksUri: string
}

interface OAuthIdentity {
  /** The login name of the Snowflake user, from `sub`. */
  readonly loginName: string
  /** The roles that the token is for, from `scp`. */
  readonly roles: readonly string[]
}

const invalid = (cause?: unknown) =>
  new SnowflakeError('390303', '08004', `Invalid OAuth access token. [${randomUUID()}]`, { cause })
const expired = () => new SnowflakeError('390318', '08004', `OAuth access token expired. [${randomUUID()}]`)

const rolePrefix = 'session:role:'

const scopesOf = (payload: JWTPayload): string[] => {
  const scopes = Array.isArray(payload.scp) ? payload.scp : String(payload.scp ?? '').split(/\s+/)
  return scopes.filter((scope): scope is string => typeof scope === 'string' && scope.startsWith(rolePrefix))
}

/**
 * Verifies External OAuth access tokens: signature through the JWKS, issuer, audience, `exp` and `iat`, `sub`, `scp`.
 *
 * Snowflake accepts RS and ES algorithms with SHA-2. The answer does not say which check failed, except for expiry.
 */
export const createOAuthVerifier = (trust: OAuthTrust) => {
  const keys = createRemoteJWKSet(new URL(trust.jwksUri), { cooldownDuration: 1000, timeoutDuration: 5000 })
  return async (token: string): Promise<OAuthIdentity> => {
    const { payload } = await jwtVerify(token, keys, {
      issuer: trust.issuer,
      audience: typeof trust.audience === 'string' ? trust.audience : [...trust.audience],
      algorithms: ['RS256', 'RS384', 'RS512', 'ES256', 'ES384', 'ES512'],
      requiredClaims: ['exp', 'iat', 'sub', 'scp'],
      clockTolerance: 5,
    }).catch((cause: unknown) => {
      throw cause instanceof errors.JWTExpired ? expired() : invalid(cause)
    })
    if (typeof payload.sub !== 'string' || payload.sub === '') throw invalid()
    if ((payload.iat ?? Number.POSITIVE_INFINITY) > Date.now() / 1000 + 5) throw invalid()
    const roles = scopesOf(payload).map((scope) => scope.slice(rolePrefix.length).toUpperCase())
    if (roles.length === 0) throw invalid()
    return { loginName: payload.sub, roles }
  }
}

export type OAuthVerifier = ReturnType<typeof createOAuthVerifier>
