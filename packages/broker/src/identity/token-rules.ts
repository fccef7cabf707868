import { SnowfenceError } from '@snowfence/core'
import type { JWTHeaderParameters, JWTPayload } from 'jose'
import type { IssuerConfig } from '../config/broker-config.ts'
import { invalidToken } from './invalid-token.ts'
import { noteRefusal } from './refused-token.ts'
import { repeatsAMember } from './repeats-a-member.ts'

export const CLOCK_TOLERANCE_SECONDS = 30
/** The last second of the year 9999: what is later is no date. */
const LAST_SECOND = 253_402_300_799

/** RFC 7519 and RFC 9068: an ID token or a plain JWT, and a JWT access token. Absent means a plain JWT. */
const acceptedTypes: ReadonlySet<string> = new Set(['jwt', 'at+jwt'])

/** Headers with which a token would bring or point to the key that verifies it. */
const keyHeaders = ['jku', 'x5u', 'jwk'] as const

/** @throws SnowfenceError `ERR_IDENTITY_TOKEN_INVALID`. Nothing of the token has been verified at this point. */
export const assertHeader = (header: JWTHeaderParameters | Record<string, unknown>): void => {
  const { typ } = header
  const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : typ
  if (type !== undefined && !(typeof type === 'string' && acceptedTypes.has(type))) {
    throw invalidToken('type', 'the identity token is of a type that is made for something else')
  }
  const pointer = keyHeaders.find((name) => name in header)
  if (pointer !== undefined) {
    throw invalidToken(
      'key-in-header',
      `the header \`${pointer}\` of the identity token brings or points to a key`,
    )
  }
  if ('crit' in header)
    throw invalidToken('critical-header', 'the identity token has a critical header that is not understood')
}

const decode = (part: string): string => Buffer.from(part, 'base64url').toString('utf8')

/** @throws SnowfenceError `ERR_IDENTITY_TOKEN_INVALID` when header or payload has two members of one name. */
export const assertEachClaimOnce = (token: string): void => {
  const [header = '', payload = ''] = token.split('.')
  if (repeatsAMember(decode(header)) || repeatsAMember(decode(payload))) {
    throw invalidToken('repeated-claim', 'the identity token has two members of one name')
  }
}

/**
 * Claims that say that a token is no bearer's identity: the events of a security event or a logout token (RFC 8417, OpenID
 * Connect Back-Channel Logout 1.0, section 2.4, which lets the type be absent), and the key that its sender must prove to
 * hold (RFC 7800), for which the broker takes no proof.
 *
 * @throws SnowfenceError `ERR_IDENTITY_TOKEN_INVALID`
 */
export const assertBearerToken = (payload: JWTPayload): void => {
  const claim = ['events', 'cnf'].find((name) => Object.hasOwn(payload, name))
  if (claim === undefined) return
  throw invalidToken('type', `the claim \`${claim}\` says that the identity token is made for something else`)
}

const isTime = (value: unknown): value is number =>
  typeof value === 'number' && value > 0 && value <= LAST_SECOND

/**
 * How long the token may be used: up to its `exp`, which is near its `iat`. A token that lives for days is a standing
 * credential.
 *
 * @throws SnowfenceError `ERR_IDENTITY_TOKEN_INVALID`, `ERR_IDENTITY_TOKEN_EXPIRED`
 */
export const readEnd = ({ exp, iat }: JWTPayload, { maxTokenSeconds }: IssuerConfig, now: Date): Date => {
  if (!isTime(exp) || !isTime(iat)) {
    throw invalidToken('life', 'the claims `exp` and `iat` of the identity token are not both times')
  }
  if (exp <= iat) throw invalidToken('life', 'the identity token ends before it was issued')
  if (exp - iat > maxTokenSeconds) {
    throw invalidToken('life', `the identity token lives longer than ${maxTokenSeconds} seconds`)
  }
  const end = new Date(Math.floor(exp) * 1000)
  // The tolerance is for a clock that is behind when a token begins. A session must not outlive its token.
  if (end <= now) throw noteRefusal(new SnowfenceError('ERR_IDENTITY_TOKEN_EXPIRED'), { reason: 'expired' })
  return end
}

/**
 * Who may present the token. OpenID Connect Core 1.0, section 3.1.3.7: `azp` is the party that the token was given to,
 * and a token for several audiences needs one. Access tokens say `client_id` (RFC 9068) instead.
 *
 * @throws SnowfenceError `ERR_IDENTITY_TOKEN_INVALID`
 */
export const assertParty = (
  { aud, azp, client_id: clientId }: JWTPayload,
  { audience, authorizedParties }: IssuerConfig,
): void => {
  const parties = [azp, clientId].filter((party) => party !== undefined)
  if (!parties.every((party) => typeof party === 'string' && party !== '')) {
    throw invalidToken('party', 'the claims `azp` and `client_id` of the identity token are not texts')
  }
  const isShared = Array.isArray(aud) && aud.length > 1
  const accepted = authorizedParties ?? (isShared ? [audience] : null)
  if (accepted === null) return
  if (parties.length === 0 || !parties.every((party) => accepted.includes(party as string))) {
    throw invalidToken('party', 'the identity token was given to a party that may not present it')
  }
}
