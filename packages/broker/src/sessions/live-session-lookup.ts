import type { Kysely } from 'kysely'
import type { Clock } from '../clock.ts'
import type { Tables } from '../database/tables.ts'
import { isUnreachable } from '../database/unreachable.ts'
import { createGroups } from '../groups.ts'
import type { DeclaredTexts } from '../keys/declared-texts.ts'
import type { SessionRecord } from './session.ts'
import { findLiveSessions } from './session-store.ts'

/** Tokens in one question to the database. */
const MAX_TOKENS = 500

interface Lookup {
  readonly tokenHash: string
  answer(session: SessionRecord | null): void
  fail(error: unknown): void
}

/**
 * Gives the function that looks up the live session of a token, by its hash; null when there is none. Requests that come
 * while one question is under way are looked up with the next one: each answer is read after its request came, so a
 * session that was revoked before is not found.
 */
export const createLiveSessionLookup = (
  database: Kysely<Tables>,
  texts: DeclaredTexts,
  clock: Clock,
): ((tokenHash: string) => Promise<SessionRecord | null>) => {
  const ask = createGroups<Lookup>({
    take: (waiting) => waiting.splice(0, MAX_TOKENS),
    async run(lookups) {
      const hashes = new Set(lookups.map(({ tokenHash }) => tokenHash))
      const found = await findLiveSessions(database, texts, [...hashes], clock())
      for (const { tokenHash, answer, fail } of lookups) {
        try {
          answer(found.get(tokenHash)?.() ?? null)
        } catch (error) {
          fail(error)
        }
      }
    },
    fail: ({ fail }, error) => fail(error),
    concernsAll: isUnreachable,
  })
  return (tokenHash) => new Promise((answer, fail) => ask({ tokenHash, answer, fail }))
}
