import type { SnowfenceError } from '@snowfence/core'
import type { PersonIdentity } from '@snowfence/policy'
import type { Kysely, Selectable } from 'kysely'
import { damagedRow } from '../database/damaged-row.ts'
import { readablePeople, readPeople } from '../database/stored-people.ts'
import type { RevocationsTable, Tables } from '../database/tables.ts'
import { findPersonOf } from './session-store.ts'

/** Whom a revocation keeps out, as far as its row tells. Nobody is named where the row tells nothing: it can be anybody. */
export interface KeptOut {
  readonly people: readonly PersonIdentity[]
  /** The error of a damaged row; null for a whole one. */
  readonly damage: SnowfenceError | null
}

/** The identities without repetitions. */
export const distinctPeople = (people: readonly PersonIdentity[]): readonly PersonIdentity[] => [
  ...new Map(people.map((identity) => [JSON.stringify(identity), identity])).values(),
]

/**
 * Whom a revocation keeps out. Where its list of people is damaged, these are its principal, which stands in columns of its
 * own, the person that the principal's sessions tell, and those of the list that can be read.
 */
export const readKeptOut = async (
  database: Kysely<Tables>,
  { id, issuer, subject, people }: Selectable<RevocationsTable>,
): Promise<KeptOut> => {
  const whole = readPeople(people, { issuer, subject })
  if (whole !== null && issuer !== '' && subject !== '') return { people: whole, damage: null }
  const damage = damagedRow({ table: 'revocations', column: 'people', id })
  const listed = readablePeople(people).filter((each) => each.issuer !== '' && each.subject !== '')
  if (issuer === '' || subject === '') return { people: listed, damage }
  const person = await findPersonOf(database, { issuer, subject })
  return {
    // No token names its person so: whoever bears the name of the principal at another issuer can be the person.
    people: distinctPeople([person ?? { issuer, subject, person: null }, ...listed]),
    damage,
  }
}
