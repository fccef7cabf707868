import { type Principal, SnowfenceError } from '@snowfence/core'
import { decodeJwt, errors, type JWTPayload, jwtVerify } from 'jose'
import type { Clock } from '../clock.ts'
import type { IssuerConfig } from '../config/broker-config.ts'
import { IssuerKeys } from './issuer-keys.ts'
import type { IdentityVerifier } from './verified-identity.ts'

const CLOCK_TOLERANCE_SECONDS = 30
/** A token is meant to live minutes or hours; one that lives for days is a standing credential. */
const MAX_LIFE_SECONDS = 24 * 3600
const MAX_TOKEN_LENGTH = 16_384

const invalid = (message: string, cause?: unknown): SnowfenceError =>
  new SnowfenceError('ERR_IDENTITY_TOKEN_INVALID', { message, cause })

/** Read before anything is verified, and used only to choose the issuer whose keys must then verify it. */
const readIssuer = (token: string): string => {
  try {
    const { iss } = decodeJwt(token)
    if (typeof iss === 'string') return iss
  } catch (error) {
    throw invalid('the identity token is not a JSON Web Token', error)
  }
  throw invalid('the identity token has no `iss` claim')
}

const isExpected = (reason: string): boolean => reason === 'check_failed'

const explain = (error: unknown, config: IssuerConfig): SnowfenceError => {
  if (error instanceof SnowfenceError) return error
  if (error instanceof errors.JWTExpired) {
    return new SnowfenceError('ERR_IDENTITY_TOKEN_EXPIRED', { cause: error })
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud' && isExpected(error.reason)) {
      return new SnowfenceError('ERR_IDENTITY_AUDIENCE_MISMATCH', {
        hint: `ask the identity provider for a token with the audience \`${config.audience}\``,
        cause: error,
      })
    }
    return invalid(`the claim \`${error.claim}\` of the identity token is missing or not acceptable`, error)
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return invalid('the identity token is signed with an algorithm that is not accepted', error)
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return invalid('the signature of the identity token does not verify with the keys of its issuer', error)
  }
  if (
    error instanceof errors.JWKSTimeout ||
    error instanceof errors.JWKSInvalid ||
    !(error instanceof errors.JOSEError)
  ) {
    return new SnowfenceError('ERR_IDENTITY_ISSUER_UNREACHABLE', {
      message: `the keys of the identity provider \`${config.issuer}\` could not be fetched`,
      cause: error,
    })
  }
  return invalid('the identity token was not accepted', error)
}

const readGroups = (payload: JWTPayload, { groupsClaim, groups: spokenFor }: IssuerConfig): string[] => {
  const value = payload[groupsClaim]
  if (value === undefined) return []
  const listed = typeof value === 'string' ? [value] : value
  if (!Array.isArray(listed) || !listed.every((group) => typeof group === 'string')) {
    throw invalid(`the claim \`${groupsClaim}\` of the identity token is not a list of group names`)
  }
  return [...new Set(listed)].filter((group) => spokenFor?.includes(group) ?? true).sort()
}

const readPrincipal = (payload: JWTPayload, config: IssuerConfig): Principal => {
  const { sub } = payload
  if (typeof sub !== 'string' || sub === '') throw invalid('the claim `sub` of the identity token is missing')
  return {
    issuer: config.issuer,
    subject: sub,
    groups: readGroups(payload, config),
    claims: Object.fromEntries(
      config.claims.filter((name) => name in payload).map((name) => [name, payload[name]]),
    ),
  }
}

/**
 * Verifies identity tokens of the configured issuers: signature by the issuer's published keys, an algorithm from
 * the list, `iss`, `aud`, `exp`, `iat` and `sub` present and right.
 */
export const createIdentityVerifier = (issuers: readonly IssuerConfig[], clock: Clock): IdentityVerifier => {
  const keys = new IssuerKeys()
  return {
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw invalid('the identity token is too long')
      const issuer = readIssuer(token)
      const config = issuers.find((candidate) => candidate.issuer === issuer)
      if (config === undefined) throw new SnowfenceError('ERR_IDENTITY_ISSUER_UNKNOWN')
      try {
        const { payload } = await jwtVerify(token, await keys.of(issuer), {
          issuer,
          audience: config.audience,
          algorithms: config.algorithms,
          requiredClaims: ['exp', 'iat', 'sub'],
          maxTokenAge: MAX_LIFE_SECONDS,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: clock(),
        })
        return {
          principal: readPrincipal(payload, config),
          expiresAt: new Date((payload.exp ?? 0) * 1000),
        }
      } catch (error) {
        throw explain(error, config)
      }
    },
  }
}
