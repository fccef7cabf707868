import { isLineText, type Principal } from '@snowfence/core'
import { foldPersonName } from '@snowfence/policy'
import type { JWTPayload } from 'jose'
import type { IssuerConfig } from '../config/broker-config.ts'
import { invalidToken } from './invalid-token.ts'

const MAX_SUBJECT = 255
const MAX_GROUPS = 1000
const MAX_GROUP = 256
/** Of one claim that is kept, as JSON. */
const MAX_CLAIM = 4096

const isName = (value: unknown, most: number): value is string =>
  typeof value === 'string' && value !== '' && value.length <= most && isLineText(value)

/** Whether a value can be stored and shown as it is. */
const isPlain = (value: unknown): boolean => {
  if (typeof value === 'string') return isLineText(value)
  if (typeof value !== 'object' || value === null) return true
  return Object.entries(value).every(([name, member]) => isLineText(name) && isPlain(member))
}

/**
 * OpenID Connect Core 1.0, section 5.6.2: a claim may be left out and its source named instead. Microsoft Entra does so
 * when somebody is in too many groups, or sets `hasgroups`. Groups that are not listed must not be taken for none: a rule
 * that forbids something to a group would not be applied.
 */
const assertListed = (payload: JWTPayload, name: string): void => {
  const elsewhere = payload._claim_names
  const isElsewhere = typeof elsewhere === 'object' && elsewhere !== null && Object.hasOwn(elsewhere, name)
  const isMarked = name === 'groups' && payload.hasgroups !== undefined && payload.hasgroups !== false
  if (!isElsewhere && !isMarked && !Object.keys(payload).some((key) => key.startsWith(`${name}:src`))) return
  throw invalidToken(
    'groups-elsewhere',
    `the identity token leaves out the claim \`${name}\` and points elsewhere; have the identity provider list only the groups that this broker needs`,
  )
}

const readGroups = (payload: JWTPayload, { groupsClaim, groups: spokenFor }: IssuerConfig): string[] => {
  assertListed(payload, groupsClaim)
  const value = Object.hasOwn(payload, groupsClaim) ? payload[groupsClaim] : undefined
  if (value === undefined) return []
  const listed = typeof value === 'string' ? [value] : value
  if (!Array.isArray(listed) || !listed.every((group): group is string => isName(group, MAX_GROUP))) {
    throw invalidToken(
      'claim',
      `the claim \`${groupsClaim}\` of the identity token is not a list of group names`,
    )
  }
  if (listed.length > MAX_GROUPS) {
    throw invalidToken(
      'claim',
      `the claim \`${groupsClaim}\` of the identity token lists more than ${MAX_GROUPS} groups`,
    )
  }
  return [...new Set(listed)].filter((group) => spokenFor?.includes(group) ?? true).sort()
}

const readClaims = (payload: JWTPayload, { claims }: IssuerConfig): Record<string, unknown> => {
  const kept = claims.filter((name) => {
    assertListed(payload, name)
    return Object.hasOwn(payload, name)
  })
  for (const name of kept) {
    const value = payload[name]
    if (!isPlain(value) || JSON.stringify(value).length > MAX_CLAIM) {
      throw invalidToken(
        'claim',
        `the claim \`${name}\` of the identity token is too long or holds control characters`,
      )
    }
  }
  return Object.fromEntries(kept.map((name) => [name, payload[name]]))
}

/** @throws SnowfenceError `ERR_IDENTITY_TOKEN_INVALID` */
export const readPrincipal = (payload: JWTPayload, config: IssuerConfig): Principal => {
  const { sub } = payload
  // A name of which nothing is left is one that nobody sees, in the log or in the console.
  if (!isName(sub, MAX_SUBJECT) || foldPersonName(sub) === '') {
    throw invalidToken('claim', 'the claim `sub` of the identity token is missing or not a name')
  }
  return {
    issuer: config.issuer,
    subject: sub,
    groups: readGroups(payload, config),
    claims: readClaims(payload, config),
  }
}
