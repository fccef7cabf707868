import type { SessionRecord } from './session.ts'

/** Sessions that were found live, by the hash of their token. */
export interface LiveSessions {
  /** Counts the times that something may have ended. */
  readonly generation: number
  find(tokenHash: string, now: Date): SessionRecord | null
  /** Only what was read since the session last ended or changed: `generation` is the one from before it was read. */
  remember(tokenHash: string, session: SessionRecord, generation: number): void
  /** Before and after a session ends or changes. */
  forget(sessionId: string): void
  /** After all sessions changed. */
  forgetAll(): void
}

const CAPACITY = 20_000
/** How many ends and changes are remembered, for reads that are under way. */
const MAX_FORGOTTEN = 10_000

/**
 * Remembers live sessions where this broker is the only one that can end them, so that a request need not look up the
 * session that sent the one before it. Where others can, nothing is remembered: an end takes effect at once in any case.
 */
export const createLiveSessions = (exclusive: boolean): LiveSessions => {
  /** In the order in which they were read; the oldest one makes room. */
  const sessions = new Map<string, SessionRecord>()
  const hashes = new Map<string, string>()
  /** The generation in which a session last ended or changed, in the order of the generations. */
  const forgotten = new Map<string, number>()
  let generation = 0
  /** Of reads that began before this generation it is not known whether their session changed since. */
  let knownFrom = 0

  const drop = (hash: string, { id }: SessionRecord): void => {
    sessions.delete(hash)
    if (hashes.get(id) === hash) hashes.delete(id)
  }

  return {
    get generation() {
      return generation
    },
    find(tokenHash, now) {
      const session = sessions.get(tokenHash)
      return session !== undefined && session.expiresAt > now ? session : null
    },
    remember(tokenHash, session, readIn) {
      if (!exclusive || readIn < knownFrom || (forgotten.get(session.id) ?? 0) > readIn) return
      const [oldest] = sessions
      if (sessions.size >= CAPACITY && oldest !== undefined) drop(...oldest)
      sessions.set(tokenHash, session)
      hashes.set(session.id, tokenHash)
    },
    forget(sessionId) {
      generation += 1
      forgotten.delete(sessionId)
      forgotten.set(sessionId, generation)
      const [oldest] = forgotten
      if (forgotten.size > MAX_FORGOTTEN && oldest !== undefined) {
        forgotten.delete(oldest[0])
        knownFrom = oldest[1]
      }
      const hash = hashes.get(sessionId)
      if (hash !== undefined) sessions.delete(hash)
      hashes.delete(sessionId)
    },
    forgetAll() {
      generation += 1
      knownFrom = generation
      sessions.clear()
      hashes.clear()
    },
  }
}
