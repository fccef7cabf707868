import type { ListedSession, SessionList, SessionState } from '@snowfence/core'
import type { Kysely } from 'kysely'
import type { Tables } from '../database/tables.ts'
import { formatCursor, parseCursor } from '../page-cursor.ts'

export interface SessionQuery {
  readonly state: SessionState | 'all'
  readonly issuer?: string | undefined
  readonly subject?: string | undefined
  readonly agent?: string | undefined
  readonly limit: number
  /** `next` of the page before; the first page without it. */
  readonly cursor?: string | undefined
}

/** One page of sessions, newest first. Reads no column that can be damaged, so every session is in it. */
export const listSessions = async (
  database: Kysely<Tables>,
  { state, issuer, subject, agent, limit, cursor }: SessionQuery,
  now: Date,
): Promise<SessionList> => {
  let query = database
    .selectFrom('sessions')
    .select([
      'id',
      'issuer',
      'subject',
      'agent_id',
      'role',
      'created_at',
      'expires_at',
      'ended_at',
      'end_kind',
    ])
    .orderBy('created_at', 'desc')
    .orderBy('id', 'desc')
    // One more than asked for, which tells whether there is a next page.
    .limit(limit + 1)
  if (issuer !== undefined) query = query.where('issuer', '=', issuer)
  if (subject !== undefined) query = query.where('subject', '=', subject)
  if (agent !== undefined) query = query.where('agent_id', '=', agent)
  if (state === 'closed' || state === 'revoked') query = query.where('end_kind', '=', state)
  if (state === 'live') query = query.where('ended_at', 'is', null).where('expires_at', '>', now)
  if (state === 'expired') query = query.where('ended_at', 'is', null).where('expires_at', '<=', now)
  if (cursor !== undefined) {
    const [createdAt, id] = parseCursor(cursor)
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('created_at', 'id'), '<', tuple(new Date(createdAt), id)),
    )
  }
  const rows = await query.execute()
  const page = rows.slice(0, limit)
  const last = page.at(-1)
  return {
    sessions: page.map(
      (row): ListedSession => ({
        id: row.id,
        state: row.end_kind ?? (row.expires_at > now ? 'live' : 'expired'),
        issuer: row.issuer,
        subject: row.subject,
        agent: row.agent_id,
        role: row.role,
        createdAt: row.created_at.toISOString(),
        expiresAt: row.expires_at.toISOString(),
        endedAt: row.ended_at?.toISOString() ?? null,
      }),
    ),
    next: rows.length > limit && last !== undefined ? formatCursor(last) : null,
  }
}
