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
import type { RevocationsTable, Tables } from '../database/tables.ts'
import type { DeclaredTexts } from '../keys/declared-texts.ts'
import type { Trail } from '../trail/trail.ts'
import { distinctPeople, type KeptOut, readKeptOut } from './kept-out.ts'
import { findPersonOf } from './session-store.ts'

type Revocation = Selectable<RevocationsTable>
/** Who revokes or restores. */
type Operator = Pick<Principal, 'issuer' | 'subject'>
type People = readonly PersonIdentity[]

/** The principals that operators keep out. */
export interface Revocations {
  /**
   * Refuses a token of a person who is revoked, at whichever issuer. A damaged revocation concerns those whom its row names;
   * it concerns everybody only where the row names nobody.
   *
   * @param people everybody whom the token speaks of.
   * @param options.isLifting admits past a revocation that names nobody: for the routes that show and lift revocations.
   * @returns the errors of damaged revocations, for the log.
   * @throws SnowfenceError `ERR_PRINCIPAL_REVOKED`; `ERR_BROKER_ROW_DAMAGED` while a revocation stands that names nobody.
   */
  assertAdmitted(
    people: People,
    options?: { readonly isLifting?: boolean },
  ): Promise<readonly SnowfenceError[]>
  /** The same in the transaction that lets somebody in: a revocation that is under way is waited for. */
  assertAdmittedIn(transaction: Transaction<Tables>, people: People): Promise<void>
  /** Tells who is kept out until the transaction ends: a revocation that is under way is waited for. */
  readIn(transaction: Transaction<Tables>): Promise<(people: People) => boolean>
  /** Makes a revocation stand. Gives the identities that it keeps out. */
  revoke(request: RevokePrincipalRequest, by: Operator): Promise<People>
  /** @returns false when no revocation of this principal stood. */
  restore(request: RestorePrincipalRequest, by: Operator): Promise<boolean>
  /** Those that stand, and the errors of damaged ones, for the log. */
  list(): Promise<RevokedPrincipals & { readonly damages: readonly SnowfenceError[] }>
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

const personsOf = (people: People): string[] => [
  ...new Set(people.flatMap(({ person }) => (person === null ? [] : [person]))),
]

/** A revocation that stands, with whom it keeps out. */
type Standing = KeptOut & { readonly revocation: Revocation }

const readStanding = async (database: Kysely<Tables>): Promise<Standing[]> => {
  const standing: Standing[] = []
  for (const revocation of await findStanding(database))
    standing.push({ revocation, ...(await readKeptOut(database, revocation)) })
  return standing
}

/** INVARIANT: what rests on this reading is committed before a revocation that does not see it, which comes after. */
const readHeld = async (transaction: Transaction<Tables>): Promise<Standing[]> => {
  await sql`lock table revocations in share mode`.execute(transaction)
  return readStanding(transaction)
}

const matching = (standing: readonly Standing[], people: People): Standing[] =>
  standing.filter((each) => isSamePerson(each.people, people))

/** @throws SnowfenceError `ERR_BROKER_ROW_DAMAGED` while a revocation stands of which nothing can be known. */
const assertAllKnown = (standing: readonly Standing[]): void => {
  for (const { people, damage } of standing) if (people.length === 0 && damage !== null) throw damage
}

/** Null where the column is damaged. */
const readActor = (value: unknown): Operator | null => {
  const { issuer, subject } = (value ?? {}) as Partial<Operator>
  return typeof issuer === 'string' && typeof subject === 'string' ? { issuer, subject } : null
}

const contextOf = (id: string): string => `revocation-reason:${id}`

export const createRevocations = ({ database, clock, trail, texts }: RevocationsOptions): Revocations => {
  /**
   * A principal was revoked before the broker knew its person. Now it does, and keeps the person out elsewhere too. In one
   * statement, which adds to the list as it is then: an operator may add to it at the same time.
   */
  const learn = async ({ revocation, people, damage }: Standing, presented: People): Promise<void> => {
    // A damaged list stays so until an operator revokes or restores its principal: nothing hides that it lost somebody.
    if (damage !== null) return
    const known = distinctPeople(people).length
    for (const identity of presented) {
      if (!isOf(revocation, identity) || distinctPeople([...people, identity]).length === known) continue
      const added = JSON.stringify([identity])
      await sql`
        update revocations set people = people || ${added}::jsonb
        where id = ${revocation.id} and not people @> ${added}::jsonb
      `.execute(database)
    }
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
    async assertAdmitted(people, { isLifting = false } = {}) {
      const standing = await readStanding(database)
      const found = matching(standing, people)
      if (found.length === 0) {
        if (!isLifting) assertAllKnown(standing)
        return standing.flatMap(({ damage }) => damage ?? [])
      }
      for (const each of found) await learn(each, people)
      throw new SnowfenceError('ERR_PRINCIPAL_REVOKED')
    },

    async assertAdmittedIn(transaction, people) {
      const standing = await readHeld(transaction)
      if (matching(standing, people).length > 0) throw new SnowfenceError('ERR_PRINCIPAL_REVOKED')
      assertAllKnown(standing)
    },

    async readIn(transaction) {
      const standing = await readHeld(transaction)
      assertAllKnown(standing)
      return (people) => matching(standing, people).length > 0
    },

    async revoke({ issuer, subject, person, reason }, by) {
      const known = await findPersonOf(database, { issuer, subject })
      return trail.transact(async ({ transaction, record }) => {
        // One after the other, so that two who revoke at once make one revocation.
        await sql`lock table revocations in share row exclusive mode`.execute(transaction)
        const standing = (await findStanding(transaction)).find(
          (each) => each.issuer === issuer && each.subject === subject,
        )
        // The principal comes first, as in every list of people.
        const people = distinctPeople([
          ...(standing === undefined ? [] : (await readKeptOut(transaction, standing)).people),
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

    async restore(request, by) {
      return trail.transact(async ({ transaction, record }) => {
        const restoring = transaction
          .updateTable('revocations')
          .set({
            restored_at: clock(),
            restored_by: JSON.stringify({ issuer: by.issuer, subject: by.subject }),
          })
          .where('restored_at', 'is', null)
          .returning(['issuer', 'subject'])
        const named =
          'id' in request
            ? restoring.where('id', '=', request.id)
            : restoring.where('issuer', '=', request.issuer).where('subject', '=', request.subject)
        const restored = await named.executeTakeFirst()
        if (restored === undefined) return false
        record({
          name: 'session.principal_restored',
          sessionId: null,
          principal: by,
          attributes: {
            'snowfence.revoked.issuer': restored.issuer,
            'snowfence.revoked.subject': restored.subject,
          },
        })
        return true
      })
    },

    async list() {
      const standing = await readStanding(database)
      return {
        revoked: standing.map(({ revocation: each, people, damage }) => ({
          id: each.id,
          issuer: each.issuer,
          subject: each.subject,
          people: personsOf(people),
          isDamaged: damage !== null,
          reason: readReason(each),
          revokedAt: each.revoked_at.toISOString(),
          revokedBy: readActor(each.revoked_by),
        })),
        damages: standing.flatMap(({ damage }) => damage ?? []),
      }
    },
  }
}
