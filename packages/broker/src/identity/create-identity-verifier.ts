import { isLineText, isSnowfenceError, SnowfenceError } from '@snowfence/core'
import { decodeJwt, decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from 'jose'
import type { Clock } from '../clock.ts'
import type { IssuerConfig } from '../config/broker-config.ts'
import { invalidToken } from './invalid-token.ts'
import { IssuerKeys } from './issuer-keys.ts'
import { readPeople } from './read-people.ts'
import { readPrincipal } from './read-principal.ts'
import { noteRefusal } from './refused-token.ts'
import {
  assertBearerToken,
  assertEachClaimOnce,
  assertHeader,
  assertParty,
  CLOCK_TOLERANCE_SECONDS,
  readEnd,
} from './token-rules.ts'
import type { IdentityVerifier } from './verified-identity.ts'

const MAX_TOKEN_LENGTH = 16_384

/** Read before anything is verified, and used only to choose the issuer whose keys must then verify it. */
const readIssuer = (token: string): string => {
  let issuer: unknown
  try {
    assertHeader(decodeProtectedHeader(token))
    issuer = decodeJwt(token).iss
  } catch (error) {
    throw error instanceof SnowfenceError
      ? error
      : invalidToken('not-a-token', 'the identity token is not a JSON Web Token', error)
  }
  if (typeof issuer !== 'string') throw invalidToken('not-a-token', 'the identity token has no `iss` claim')
  return issuer
}

/** Claims that are checked against the clock and can be right later. */
const mayComeLater = (claim: string): boolean => claim === 'nbf' || claim === 'iat'

const isExpected = (reason: string): boolean => reason === 'check_failed'

const explain = (error: unknown, config: IssuerConfig): SnowfenceError => {
  if (error instanceof SnowfenceError) return error
  if (error instanceof errors.JWTExpired) {
    return noteRefusal(new SnowfenceError('ERR_IDENTITY_TOKEN_EXPIRED', { cause: error }), {
      reason: 'expired',
    })
  }
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'aud' && isExpected(error.reason)) {
      return noteRefusal(
        new SnowfenceError('ERR_IDENTITY_AUDIENCE_MISMATCH', {
          hint: `ask the identity provider for a token with the audience \`${config.audience}\``,
          cause: error,
        }),
        { reason: 'audience' },
      )
    }
    return invalidToken(
      mayComeLater(error.claim) && isExpected(error.reason) ? 'not-yet-valid' : 'claim',
      `the claim \`${error.claim}\` of the identity token is missing or not acceptable`,
      error,
    )
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return invalidToken(
      'algorithm',
      'the identity token is signed with an algorithm that is not accepted',
      error,
    )
  }
  if (error instanceof errors.JWSSignatureVerificationFailed || error instanceof errors.JWKSNoMatchingKey) {
    return invalidToken(
      error instanceof errors.JWKSNoMatchingKey ? 'unknown-key' : 'signature',
      'the signature of the identity token does not verify with the keys of its issuer',
      error,
    )
  }
  return invalidToken('not-a-token', 'the identity token was not accepted', error)
}

const isUnreachable = (error: SnowfenceError): boolean =>
  isSnowfenceError(error, 'ERR_IDENTITY_ISSUER_UNREACHABLE')

/** The claims of a token that was refused for them: jose looks at the signature before it looks at any claim. */
const payloadOf = (error: unknown): JWTPayload | undefined =>
  error instanceof errors.JWTExpired || error instanceof errors.JWTClaimValidationFailed
    ? error.payload
    : undefined

const MAX_SUBJECT = 255

const subjectOf = (signed: JWTPayload | undefined): string | null => {
  const sub: unknown = signed?.sub
  return typeof sub === 'string' && sub.length <= MAX_SUBJECT && isLineText(sub) ? sub : null
}

/**
 * Verifies identity tokens of the configured issuers: signature by one of the issuer's published keys that is strong
 * enough, an algorithm from the list, type, audience, party, and a life that is short. A claim that would be read is
 * refused when it is not in its form, twice in the token, or left out of it in favour of a source elsewhere.
 */
export const createIdentityVerifier = (issuers: readonly IssuerConfig[], clock: Clock): IdentityVerifier => {
  const known = new Map(
    issuers.map((config) => [config.issuer, { config, keys: new IssuerKeys(config.issuer) }]),
  )
  return {
    async verify(token) {
      if (token.length > MAX_TOKEN_LENGTH) throw invalidToken('too-long', 'the identity token is too long')
      const issuer = known.get(readIssuer(token))
      if (issuer === undefined) {
        throw noteRefusal(new SnowfenceError('ERR_IDENTITY_ISSUER_UNKNOWN'), { reason: 'issuer-unknown' })
      }
      const { config, keys } = issuer
      const now = clock()
      let signed: JWTPayload | undefined
      try {
        const { payload } = await jwtVerify(token, keys.find, {
          issuer: config.issuer,
          audience: config.audience,
          algorithms: config.algorithms,
          requiredClaims: ['exp', 'iat', 'sub'],
          maxTokenAge: config.maxTokenSeconds,
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: now,
        })
        signed = payload
        assertEachClaimOnce(token)
        assertBearerToken(payload)
        assertParty(payload, config)
        return {
          expiresAt: readEnd(payload, config, now),
          principal: readPrincipal(payload, config),
          people: readPeople(payload, config),
        }
      } catch (error) {
        const refused = explain(error, config)
        throw noteRefusal(refused, {
          ...(isUnreachable(refused) ? { reason: 'issuer-unreachable' } : {}),
          issuer: config.issuer,
          subject: subjectOf(signed ?? payloadOf(error)),
        })
      }
    },
  }
}
