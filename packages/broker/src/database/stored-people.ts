import type { Principal } from '@snowfence/core'
import type { PersonIdentity } from '@snowfence/policy'

const isPerson = (value: unknown): value is PersonIdentity => {
  if (typeof value !== 'object' || value === null) return false
  const { issuer, subject, person } = value as Partial<PersonIdentity>
  return (
    typeof issuer === 'string' &&
    typeof subject === 'string' &&
    (person === null || typeof person === 'string')
  )
}

/**
 * The people of a row; null where the column is damaged. The first of them is the principal that the row is about: a list
 * without it would let a revoked principal in, or let a requester approve.
 */
export const readPeople = (
  value: unknown,
  { issuer, subject }: Pick<Principal, 'issuer' | 'subject'>,
): PersonIdentity[] | null =>
  Array.isArray(value) &&
  value.every(isPerson) &&
  value[0]?.issuer === issuer &&
  value[0]?.subject === subject
    ? value
    : null

/** Those of a damaged list that can be read. */
export const readablePeople = (value: unknown): PersonIdentity[] =>
  Array.isArray(value) ? value.filter(isPerson) : []

/** A list of texts in a row; null where the column is damaged. */
export const readTexts = (value: unknown): string[] | null =>
  Array.isArray(value) && value.every((text) => typeof text === 'string') ? value : null
