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
 * The people of a row; null where the column is damaged. Every row names at least the principal that it is about: a list
 * without it would let a revoked principal in, or let a requester approve.
 */
export const readPeople = (
  value: unknown,
  { issuer, subject }: Pick<Principal, 'issuer' | 'subject'>,
): PersonIdentity[] | null =>
  Array.isArray(value) &&
  value.every(isPerson) &&
  value.some((person) => person.issuer === issuer && person.subject === subject)
    ? value
    : null

/** A list of texts in a row; null where the column is damaged. */
export const readTexts = (value: unknown): string[] | null =>
  Array.isArray(value) && value.every((text) => typeof text === 'string') ? value : null
