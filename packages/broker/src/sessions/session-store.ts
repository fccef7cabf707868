import {
  type Agent,
  agentSchema,
  type DeclaredSession,
  isSnowfenceError,
  type Principal,
  SnowfenceError,
} from '@snowfence/core'
import { isSamePerson, type PersonIdentity } from '@snowfence/policy'
import type { Kysely, Selectable, Transaction } from 'kysely'
import { damagedRow, readStored } from '../database/damaged-row.ts'
import { readPeople, readTexts } from '../database/stored-people.ts'
import type { SessionsTable, Tables } from '../database/tables.ts'
import type { DeclaredTexts } from '../keys/declared-texts.ts'
import type { SessionRecord } from './session.ts'

const agentContext = (id: string): string => `session-agent:${id}`
const endReasonContext = (id: string): string => `session-end-reason:${id}`

const readAgent = ({ id, agent_id, sealed_agent }: Selectable<SessionsTable>, texts: DeclaredTexts): Agent =>
  sealed_agent === null
    ? { id: agent_id }
    : readStored({ table: 'sessions', column: 'sealed_agent', id }, () =>
        agentSchema.parse(JSON.parse(texts.open(sealed_agent, agentContext(id)))),
      )

const isClaims = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The first column of a row that holds something else than it was given; null for a whole one. */
const damagedColumn = (row: Selectable<SessionsTable>): keyof SessionsTable | null => {
  if (readTexts(row.groups) === null) return 'groups'
  if (row.former_groups !== null && readTexts(row.former_groups) === null) return 'former_groups'
  if (readPeople(row.people, row) === null) return 'people'
  return isClaims(row.claims) ? null : 'claims'
}

/** @throws SnowfenceError `ERR_BROKER_ROW_DAMAGED` */
const toWholeRecord = (row: Selectable<SessionsTable>, texts: DeclaredTexts): SessionRecord => {
  const column = damagedColumn(row)
  if (column !== null) throw damagedRow({ table: 'sessions', column, id: row.id })
  return toRecord(row, texts)
}

const toRecord = (row: Selectable<SessionsTable>, texts: DeclaredTexts): SessionRecord => ({
  id: row.id,
  principal: { issuer: row.issuer, subject: row.subject, groups: row.groups, claims: row.claims },
  people: row.people,
  formerGroups: row.former_groups,
  purpose: row.purpose,
  agent: readAgent(row, texts),
  snowflakeUser: row.snowflake_user,
  role: row.role,
  warehouse: row.warehouse,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
})

export const insertSession = async (
  database: Kysely<Tables>,
  texts: DeclaredTexts,
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
      agent_id: session.agent.id,
      sealed_agent: texts.sealReplaced(JSON.stringify(session.agent), agentContext(session.id)),
      snowflake_user: session.snowflakeUser,
      role: session.role,
      warehouse: session.warehouse,
      created_at: session.createdAt,
      expires_at: session.expiresAt,
      ended_at: null,
      end_kind: null,
      sealed_end_reason: null,
    })
    .execute()
}

/**
 * The live sessions of these tokens, by the hash of the token: not the unknown, ended and revoked ones, nor those past their
 * end. Each is opened by itself, and throws where its row is damaged: that is not the others' affair.
 */
export const findLiveSessions = async (
  database: Kysely<Tables>,
  texts: DeclaredTexts,
  tokenHashes: readonly string[],
  now: Date,
): Promise<Map<string, () => SessionRecord>> => {
  const rows = await database
    .selectFrom('sessions')
    .selectAll()
    .where('token_hash', 'in', tokenHashes)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .execute()
  return new Map(rows.map((row) => [row.token_hash, () => toWholeRecord(row, texts)]))
}

/** How many sessions are looked through for one that can be read. */
const LOOKED_THROUGH = 100

/**
 * The person behind a principal, as the newest of its sessions has it whose row can be read; null for one that has opened
 * none.
 */
export const findPersonOf = async (
  database: Kysely<Tables>,
  { issuer, subject }: Pick<Principal, 'issuer' | 'subject'>,
): Promise<PersonIdentity | null> => {
  const rows = await database
    .selectFrom('sessions')
    .select('people')
    .where('issuer', '=', issuer)
    .where('subject', '=', subject)
    .orderBy('created_at', 'desc')
    .limit(LOOKED_THROUGH)
    .execute()
  for (const row of rows) {
    const own = readPeople(row.people, { issuer, subject })?.[0]
    if (own !== undefined) return own
  }
  return null
}

/**
 * The sessions that have not ended and whose token speaks of a person, at whichever issuer. A session whose people cannot be
 * read can be that person's, and counts as such.
 */
export const findSessionsOf = async (
  database: Kysely<Tables>,
  people: readonly PersonIdentity[],
): Promise<string[]> => {
  const rows = await database
    .selectFrom('sessions')
    .select(['id', 'issuer', 'subject', 'people'])
    .where('ended_at', 'is', null)
    .orderBy('id')
    .execute()
  return rows
    .filter((row) => {
      const theirs = readPeople(row.people, row)
      return theirs === null || isSamePerson(people, theirs)
    })
    .map(({ id }) => id)
}

/** The session that a token opened, live or not. */
export interface SessionOfToken {
  readonly id: string
  readonly principal: Pick<Principal, 'issuer' | 'subject'>
  /** Null where it ran out, or lives. */
  readonly endKind: 'closed' | 'revoked' | null
}

/** By the hash of the token, those that were ever opened. */
export const findSessionsByToken = async (
  database: Kysely<Tables>,
  tokenHashes: readonly string[],
): Promise<Map<string, SessionOfToken>> => {
  const rows = await database
    .selectFrom('sessions')
    .select(['id', 'issuer', 'subject', 'end_kind', 'token_hash'])
    .where('token_hash', 'in', tokenHashes)
    .execute()
  return new Map(
    rows.map(({ id, issuer, subject, end_kind: endKind, token_hash: hash }) => [
      hash,
      { id, principal: { issuer, subject }, endKind },
    ]),
  )
}

const openEndReason = (
  { id, sealed_end_reason: sealed }: Pick<SessionsTable, 'id' | 'sealed_end_reason'>,
  texts: DeclaredTexts,
): string | null =>
  sealed === null
    ? null
    : readStored({ table: 'sessions', column: 'sealed_end_reason', id }, () =>
        texts.open(sealed, endReasonContext(id)),
      )

/** What a session declared, live or not. @throws SnowfenceError `ERR_SESSION_NOT_FOUND` */
export const readDeclaredSession = async (
  database: Kysely<Tables>,
  texts: DeclaredTexts,
  id: string,
): Promise<DeclaredSession> => {
  const row = await database.selectFrom('sessions').selectAll().where('id', '=', id).executeTakeFirst()
  if (row === undefined) throw new SnowfenceError('ERR_SESSION_NOT_FOUND')
  return {
    sessionId: row.id,
    principal: { issuer: row.issuer, subject: row.subject },
    purpose: row.purpose,
    agent: readAgent(row, texts),
    createdAt: row.created_at.toISOString(),
    expiresAt: row.expires_at.toISOString(),
    endedAt: row.ended_at?.toISOString() ?? null,
    endReason: openEndReason(row, texts),
    declared: ['purpose', 'agent', 'endReason'],
  }
}

/** A session that was revoked after this moment, by its token. One whose row is damaged may say no last words: it is over. */
export const findRevokedSession = async (
  database: Kysely<Tables>,
  texts: DeclaredTexts,
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
  if (row === undefined) return null
  try {
    return { ...toWholeRecord(row, texts), isRevoked: true }
  } catch (error) {
    if (!isSnowfenceError(error, 'ERR_BROKER_ROW_DAMAGED')) throw error
    return null
  }
}

/** A session that was ended. */
export interface EndedSession {
  readonly session: SessionRecord
  /** False where its row is damaged or sealed under another key: the session then holds what the other columns say. */
  readonly isReadable: boolean
}

/** A damaged row must not keep a session alive: the parts that cannot be read are left out. */
const toEnded = (row: Selectable<SessionsTable>, texts: DeclaredTexts): EndedSession => {
  const [groups, people] = [readTexts(row.groups), readPeople(row.people, row)]
  const formerGroups = row.former_groups === null ? null : readTexts(row.former_groups)
  const readable = { ...row, groups: groups ?? [], people: people ?? [], former_groups: formerGroups }
  try {
    return { session: toRecord(readable, texts), isReadable: damagedColumn(row) === null }
  } catch {
    return { session: toRecord({ ...readable, sealed_agent: null }, texts), isReadable: false }
  }
}

/** Ends a session once, whether its row can be read or not. Null when it had ended before or never was. */
export const endSession = async (
  database: Kysely<Tables>,
  texts: DeclaredTexts,
  end: {
    readonly id: string
    readonly kind: 'closed' | 'revoked'
    readonly reason: string
    readonly now: Date
  },
): Promise<EndedSession | null> => {
  const row = await database
    .updateTable('sessions')
    .set({
      ended_at: end.now,
      end_kind: end.kind,
      sealed_end_reason: texts.seal(end.reason, endReasonContext(end.id)),
    })
    .where('id', '=', end.id)
    .where('ended_at', 'is', null)
    .returningAll()
    .executeTakeFirst()
  return row === undefined ? null : toEnded(row, texts)
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

/** An end counts, whether its reason can be read or not. */
const readEndReason = (
  row: Pick<SessionsTable, 'id' | 'sealed_end_reason'>,
  texts: DeclaredTexts,
): string => {
  try {
    return openEndReason(row, texts) ?? ''
  } catch {
    return ''
  }
}

/** Which of these sessions have ended, on any replica, and why: empty where no reason is kept or can be read. */
export const findEnded = async (
  database: Kysely<Tables>,
  texts: DeclaredTexts,
  ids: readonly string[],
): Promise<{ id: string; kind: 'closed' | 'revoked' | null; reason: string }[]> => {
  const rows = await database
    .selectFrom('sessions')
    .select(['id', 'end_kind', 'sealed_end_reason'])
    .where('id', 'in', ids)
    .where('ended_at', 'is not', null)
    .execute()
  return rows.map((row) => ({ id: row.id, kind: row.end_kind, reason: readEndReason(row, texts) }))
}

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
