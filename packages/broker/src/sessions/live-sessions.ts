import type { SessionRecord } from './session.ts'

/** Sessions that were found live, by the hash of their token. */
export interface LiveSessions {
  /** Counts the times that something may have ended. */
  readonly generation: number
  find(tokenHash: string, now: Date): SessionRecord | null
  /** Only what was read since the last end: `generation` is the one from before it was read. */
  remember(tokenHash: string, session: SessionRecord, generation: number): void
  /** Before and after a session ends or changes. */
  forget(sessionId: string): void
}

const CAPACITY = 10_000

/**
 * Remembers live sessions where this broker is the only one that can end them, so that a request need not look up the
 * session that sent the one before it. Where others can, nothing is remembered: an end takes effect at once in any case.
 */
export const createLiveSessions = (exclusive: boolean): LiveSessions => {
  const sessions = new Map<string, SessionRecord>()
  let generation = 0
  return {
    get generation() {
      return generation
    },
    find(tokenHash, now) {
      const session = sessions.get(tokenHash)
      return session !== undefined && session.expiresAt > now ? session : null
    },
    remember(tokenHash, session, readIn) {
      if (!exclusive || readIn !== generation) return
      if (sessions.size >= CAPACITY) sessions.clear()
      sessions.set(tokenHash, session)
    },
    forget(sessionId) {
      generation += 1
      for (const [hash, { id }] of sessions) if (id === sessionId) sessions.delete(hash)
    },
  }
}
