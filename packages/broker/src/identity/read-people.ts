import { isLineText } from '@snowfence/core'
import { foldPersonName, type PersonIdentity } from '@snowfence/policy'
import type { JWTPayload } from 'jose'
import type { IssuerConfig } from '../config/broker-config.ts'
import { invalidToken } from './invalid-token.ts'

const MAX_NAME = 255
const MAX_ISSUER = 2048
/** RFC 8693: actors nest, the outermost being the one who acts now. */
const MAX_ACTORS = 8

type Claims = Readonly<Record<string, unknown>>

const isName = (value: unknown): value is string =>
  typeof value === 'string' && value.length <= MAX_NAME && isLineText(value) && foldPersonName(value) !== ''

/** OpenID Connect Core 1.0, section 5.1: an address that nobody verified can be anybody's. */
const assertVerified = (claims: Claims, claim: string): void => {
  if (claim !== 'email' || claims.email_verified === true || claims.email_verified === 'true') return
  throw invalidToken('person', 'the claim `email` of the identity token names the person and is not verified')
}

const isIssuer = (value: unknown): value is string =>
  typeof value === 'string' && value !== '' && value.length <= MAX_ISSUER && isLineText(value)

const readPerson = (claims: Claims, claim: string): string => {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
  if (!isName(value)) {
    throw invalidToken('person', `the claim \`${claim}\` that names the person is missing or not a name`)
  }
  assertVerified(claims, claim)
  return foldPersonName(value)
}

const isClaims = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const readActors = (payload: JWTPayload, issuer: string): PersonIdentity[] => {
  const actors: PersonIdentity[] = []
  let actor: unknown = payload.act
  while (actor !== undefined) {
    const { sub, iss = issuer, act } = isClaims(actor) ? actor : {}
    if (!isName(sub) || !isIssuer(iss) || actors.length >= MAX_ACTORS) {
      throw invalidToken('person', 'the claim `act` of the identity token does not name its actors')
    }
    // What else a token says of an actor has no fixed meaning. Its subject is compared with every name of a person.
    actors.push({ issuer: iss, subject: sub, person: null })
    actor = act
  }
  return actors
}

/**
 * Everybody whom a token speaks of: its subject first, mapped to a person where the issuer has a claim for it, then the
 * actors of `act`, such as the sponsor of an agent.
 *
 * @throws SnowfenceError `ERR_IDENTITY_TOKEN_INVALID` when the configured claim or an actor's name is missing.
 */
export const readPeople = (payload: JWTPayload, { issuer, personClaim }: IssuerConfig): PersonIdentity[] => [
  {
    issuer,
    subject: payload.sub ?? '',
    person: personClaim === undefined ? null : readPerson(payload, personClaim),
  },
  ...readActors(payload, issuer),
]
