import { type Principal, SnowfenceError } from '@snowfence/core'
import { isSamePerson, type PersonIdentity } from '@snowfence/policy'
import type { Kysely, Selectable, Transaction } from 'kysely'
import type { SessionsTable, Tables } from '../database/tables.ts'
import type { SessionRecord } from './session.ts'

const toRecord = (row: Selectable<SessionsTable>): SessionRecord => ({
  id: row.id,
  principal: { issuer: row.issuer, subject: row.subject, groups: row.groups, claims: row.claims },
  people: row.people,
  formerGroups: row.former_groups,
  purpose: row.purpose,
  agent: row.agent,
  snowflakeUser: row.snowflake_user,
  role: row.role,
  warehouse: row.warehouse,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
})

export const insertSession = async (
  database: Kysely<Tables>,
  session: SessionRecord,
  tokenHash: string,
): Promise<void> => {
  const { principal } = session
  await database
    .insertInto('sessions')
    .values({
      id: session.id,
      token_hash: tokenHash,
      issuer: principal.issuer,
      subject: principal.subject,
      groups: JSON.stringify(principal.groups),
      former_groups: null,
      people: JSON.stringify(session.people),
      claims: JSON.stringify(principal.claims),
      purpose: session.purpose,
      agent: JSON.stringify(session.agent),
      snowflake_user: session.snowflakeUser,
      role: session.role,
      warehouse: session.warehouse,
      created_at: session.createdAt,
      expires_at: session.expiresAt,
      ended_at: null,
      end_kind: null,
      end_reason: null,
    })
    .execute()
}

/** The live session of a token; null when it is unknown, ended, revoked or past its end. */
export const findLiveSession = async (
  database: Kysely<Tables>,
  tokenHash: string,
  now: Date,
): Promise<SessionRecord | null> => {
  const row = await database
    .selectFrom('sessions')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return row === undefined ? null : toRecord(row)
}

/** The person behind a principal, as the newest of its sessions has it; null for one that has opened none. */
export const findPersonOf = async (
  database: Kysely<Tables>,
  { issuer, subject }: Pick<Principal, 'issuer' | 'subject'>,
): Promise<PersonIdentity | null> => {
  const row = await database
    .selectFrom('sessions')
    .select('people')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .orderBy('created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  return row?.people[0] ?? null
}

/** The sessions that have not ended and whose token speaks of a person, at whichever issuer. */
export const findSessionsOf = async (
  database: Kysely<Tables>,
  people: readonly PersonIdentity[],
): Promise<string[]> => {
  const rows = await database
    .selectFrom('sessions')
    .select(['id', 'people'])
    .where('ended_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows.filter((row) => isSamePerson(people, row.people)).map(({ id }) => id)
}

/** A session that was revoked after this moment, by its token. */
export const findRevokedSession = async (
  database: Kysely<Tables>,
  tokenHash: string,
  after: Date,
): Promise<SessionRecord | null> => {
  const row = await database
    .selectFrom('sessions')
    .selectAll()
    .where('token_hash', '=', tokenHash)
    .where('end_kind', '=', 'revoked')
    .where('ended_at', '>', after)
    .executeTakeFirst()
  return row === undefined ? null : { ...toRecord(row), isRevoked: true }
}

/** Ends a session once. False when it had ended before or never was. */
export const endSession = async (
  database: Kysely<Tables>,
  end: {
    readonly id: string
    readonly kind: 'closed' | 'revoked'
    readonly reason: string
    readonly now: Date
  },
): Promise<SessionRecord | null> => {
  const row = await database
    .updateTable('sessions')
    .set({ ended_at: end.now, end_kind: end.kind, end_reason: end.reason })
    .where('id', '=', end.id)
    .where('ended_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? null : toRecord(row)
}

/** Gives a session what its newest identity token says. */
export const updateIdentity = async (
  transaction: Transaction<Tables>,
  { id, principal, people, formerGroups, expiresAt }: SessionRecord,
): Promise<void> => {
  await transaction
    .updateTable('sessions')
    .set({
      groups: JSON.stringify(principal.groups),
      former_groups: formerGroups === null ? null : JSON.stringify(formerGroups),
      claims: JSON.stringify(principal.claims),
      people: JSON.stringify(people),
      expires_at: expiresAt,
    })
    .where('id', '=', id)
    .execute()
}

/** Which of these sessions have ended, on any replica. */
export const findEnded = (
  database: Kysely<Tables>,
  ids: readonly string[],
): Promise<{ id: string; end_kind: 'closed' | 'revoked' | null; end_reason: string | null }[]> =>
  database
    .selectFrom('sessions')
    .select(['id', 'end_kind', 'end_reason'])
    .where('id', 'in', ids)
    .where('ended_at', 'is not', null)
    .execute()

/**
 * Holds a live session to the end of the transaction, so that nothing is handed out beside its revocation.
 *
 * @throws SnowfenceError `ERR_SESSION_NOT_FOUND`
 */
export const lockLiveSession = async (
  transaction: Transaction<Tables>,
  id: string,
  now: Date,
): Promise<void> => {
  const row = await transaction
    .selectFrom('sessions')
    .select('id')
    .where('id', '=', id)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .forUpdate()
    .executeTakeFirst()
  if (row === undefined) throw new SnowfenceError('ERR_SESSION_NOT_FOUND')
}
