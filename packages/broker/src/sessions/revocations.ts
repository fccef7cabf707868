import { randomUUID } from 'node:crypto'
import {
  type Principal,
  type RestorePrincipalRequest,
  type RevokedPrincipals,
  type RevokePrincipalRequest,
  SnowfenceError,
} from '@snowfence/core'
import { foldPersonName, isSamePerson, type PersonIdentity } from '@snowfence/policy'
import { type Kysely, type Selectable, sql, type Transaction } from 'kysely'
import type { Clock } from '../clock.ts'
import { damagedRow } from '../database/damaged-row.ts'
import { readPeople } from '../database/stored-people.ts'
import type { RevocationsTable, Tables } from '../database/tables.ts'
import type { DeclaredTexts } from '../keys/declared-texts.ts'
import type { Trail } from '../trail/trail.ts'
import { findPersonOf } from './session-store.ts'

type Revocation = Selectable<RevocationsTable>
/** Who revokes or restores. */
type Operator = Pick<Principal, 'issuer' | 'subject'>
type People = readonly PersonIdentity[]

/** The principals that operators keep out. */
export interface Revocations {
  /**
   * Refuses a token of a person who is revoked, at whichever issuer.
   *
   * @param people everybody whom the token speaks of.
   * @throws SnowfenceError `ERR_PRINCIPAL_REVOKED`; `ERR_BROKER_ROW_DAMAGED` where it cannot be said who is kept out.
   */
  assertAdmitted(people: People): Promise<void>
  /** The same in the transaction that lets somebody in: a revocation that is under way is waited for. */
  assertAdmittedIn(transaction: Transaction<Tables>, people: People): Promise<void>
  /** Makes a revocation stand. Gives the identities that it keeps out. */
  revoke(request: RevokePrincipalRequest, by: Operator): Promise<People>
  /** @returns false when no revocation of this principal stood. */
  restore(request: RestorePrincipalRequest, by: Operator): Promise<boolean>
  list(): Promise<RevokedPrincipals['revoked']>
}

export interface RevocationsOptions {
  readonly database: Kysely<Tables>
  readonly clock: Clock
  readonly trail: Trail
  readonly texts: DeclaredTexts
}

const findStanding = (database: Kysely<Tables>): Promise<Revocation[]> =>
  database
    .selectFrom('revocations')
    .selectAll()
    .where('restored_at', 'is', null)
    .orderBy('revoked_at', 'desc')
    .orderBy('id')
    .execute()

const isOf = ({ issuer, subject }: Operator, identity: PersonIdentity): boolean =>
  identity.issuer === issuer && foldPersonName(identity.subject) === foldPersonName(subject)

/** The identities without repetitions. */
const distinct = (people: People): People => [
  ...new Map(people.map((identity) => [JSON.stringify(identity), identity])).values(),
]

const personsOf = (people: People): string[] => [
  ...new Set(people.flatMap(({ person }) => (person === null ? [] : [person]))),
]

/**
 * Whom a revocation keeps out. Nobody is let in past one that cannot be read: it may be theirs.
 *
 * @throws SnowfenceError `ERR_BROKER_ROW_DAMAGED`
 */
const keptOut = (revocation: Revocation): People => {
  const people = readPeople(revocation.people, revocation)
  if (people === null) throw damagedRow({ table: 'revocations', column: 'people', id: revocation.id })
  return people
}

/**
 * The revocations that keep these people out. A damaged one keeps its principal out in any case, and everybody else until
 * it is mended.
 *
 * @throws SnowfenceError `ERR_BROKER_ROW_DAMAGED`
 */
const matching = (standing: readonly Revocation[], people: People): Revocation[] => {
  const found = standing.filter((each) =>
    isSamePerson(
      readPeople(each.people, each) ?? [{ issuer: each.issuer, subject: each.subject, person: null }],
      people,
    ),
  )
  if (found.length === 0) for (const each of standing) keptOut(each)
  return found
}

/** Null where the column is damaged. */
const readActor = (value: unknown): Operator | null => {
  const { issuer, subject } = (value ?? {}) as Partial<Operator>
  return typeof issuer === 'string' && typeof subject === 'string' ? { issuer, subject } : null
}

const contextOf = (id: string): string => `revocation-reason:${id}`

export const createRevocations = ({ database, clock, trail, texts }: RevocationsOptions): Revocations => {
  /** A principal was revoked before the broker knew its person. Now it does, and keeps the person out elsewhere too. */
  const learn = async (revocation: Revocation, people: People): Promise<void> => {
    const own = people.filter((identity) => isOf(revocation, identity))
    const before = readPeople(revocation.people, revocation)
    // A list that cannot be read is not written over: its row is told as damaged until somebody mends it.
    if (before === null) return
    const known = distinct([...before, ...own])
    if (known.length === before.length) return
    await database
      .updateTable('revocations')
      .set({ people: JSON.stringify(known) })
      .where('id', '=', revocation.id)
      .execute()
  }

  /** A revocation stands, whether its reason can be read or not: a damaged one does not hide the others. */
  const readReason = ({ id, sealed_reason: sealed }: Revocation): string => {
    try {
      return texts.open(sealed, contextOf(id))
    } catch {
      return ''
    }
  }

  return {
    async assertAdmitted(people) {
      const found = matching(await findStanding(database), people)
      if (found.length === 0) return
      for (const each of found) await learn(each, people)
      throw new SnowfenceError('ERR_PRINCIPAL_REVOKED')
    },

    async assertAdmittedIn(transaction, people) {
      // INVARIANT: a session is committed before a revocation that does not see it, and one that ends it comes after.
      await sql`lock table revocations in share mode`.execute(transaction)
      if (matching(await findStanding(transaction), people).length > 0)
        throw new SnowfenceError('ERR_PRINCIPAL_REVOKED')
    },

    async revoke({ issuer, subject, person, reason }, by) {
      const known = await findPersonOf(database, { issuer, subject })
      return trail.transact(async ({ transaction, record }) => {
        // One after the other, so that two who revoke at once make one revocation.
        await sql`lock table revocations in share row exclusive mode`.execute(transaction)
        const standing = (await findStanding(transaction)).find(
          (each) => each.issuer === issuer && each.subject === subject,
        )
        const people = distinct([
          ...(standing === undefined ? [] : keptOut(standing)),
          ...(known === null ? [] : [known]),
          { issuer, subject, person: person === undefined ? null : foldPersonName(person) },
        ])
        const id = standing?.id ?? randomUUID()
        const changes = {
          people: JSON.stringify(people),
          sealed_reason: texts.seal(reason, contextOf(id)),
          revoked_at: clock(),
          revoked_by: JSON.stringify({ issuer: by.issuer, subject: by.subject }),
        }
        await (standing === undefined
          ? transaction
              .insertInto('revocations')
              .values({ id, issuer, subject, ...changes, restored_at: null, restored_by: null })
              .execute()
          : transaction.updateTable('revocations').set(changes).where('id', '=', id).execute())
        record({
          name: 'session.principal_revoked',
          sessionId: null,
          principal: by,
          attributes: { 'snowfence.revoked.issuer': issuer, 'snowfence.revoked.subject': subject },
        })
        return people
      })
    },

    async restore({ issuer, subject }, by) {
      return trail.transact(async ({ transaction, record }) => {
        const restored = await transaction
          .updateTable('revocations')
          .set({
            restored_at: clock(),
            restored_by: JSON.stringify({ issuer: by.issuer, subject: by.subject }),
          })
          .where('issuer', '=', issuer)
          .where('subject', '=', subject)
          .where('restored_at', 'is', null)
          .returning('id')
          .executeTakeFirst()
        if (restored === undefined) return false
        record({
          name: 'session.principal_restored',
          sessionId: null,
          principal: by,
          attributes: { 'snowfence.revoked.issuer': issuer, 'snowfence.revoked.subject': subject },
        })
        return true
      })
    },

    async list() {
      return (await findStanding(database)).map((each) => ({
        issuer: each.issuer,
        subject: each.subject,
        people: personsOf(keptOut(each)),
        reason: readReason(each),
        revokedAt: each.revoked_at.toISOString(),
        revokedBy: readActor(each.revoked_by),
      }))
    },
  }
}
