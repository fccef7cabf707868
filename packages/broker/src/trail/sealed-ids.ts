/** Which records are sealed already, as far as memory goes. */
export interface SealedIds {
  /**
   * Takes ids for a session, all of them or none. True when none of them was ever sealed in its name; false when one may
   * have been, which the database knows.
   */
  take(sessionId: string, ids: readonly string[]): Promise<boolean>
  /** Adds what was sealed in the name of a session by another way. */
  add(sessionId: string, ids: readonly string[]): void
}

export interface SealedIdsOptions {
  /** The ids of everything that was acknowledged of a session, at most so many. */
  readonly load: (sessionId: string, most: number) => Promise<readonly string[]>
  /** How many ids are remembered of one session; one with more is not remembered. An id takes about 100 bytes. */
  readonly ofASession?: number
  /** How many are remembered altogether; the sessions that were used last are. */
  readonly altogether?: number
}

/**
 * Remembers the ids of sessions' records, so that a retry is noticed without asking the database.
 *
 * INVARIANT: of a session all ids are remembered, or none. So whoever seals a record adds its id, and an id that is not
 * remembered of a session that is, was never sealed.
 */
export const createSealedIds = (options: SealedIdsOptions): SealedIds => {
  const { load, ofASession = 50_000, altogether = 250_000 } = options
  /** In the order of use; null for a session with too many. */
  const sessions = new Map<string, Set<string> | null>()
  let total = 0

  const set = (sessionId: string, ids: Set<string> | null): void => {
    sessions.delete(sessionId)
    sessions.set(sessionId, ids)
  }

  const extend = (sessionId: string, known: Set<string>, ids: readonly string[]): void => {
    total -= known.size
    for (const id of ids) known.add(id)
    const isTooMuch = known.size > ofASession
    set(sessionId, isTooMuch ? null : known)
    total += isTooMuch ? 0 : known.size
    for (const [leastUsed, its] of sessions) {
      if (total <= altogether) return
      total -= its?.size ?? 0
      sessions.delete(leastUsed)
    }
  }

  const find = async (sessionId: string): Promise<Set<string> | null> => {
    const known = sessions.get(sessionId)
    if (known !== undefined) return known
    const loaded = await load(sessionId, ofASession + 1)
    const ids = loaded.length > ofASession ? null : new Set(loaded)
    total += ids?.size ?? 0
    set(sessionId, ids)
    return ids
  }

  return {
    async take(sessionId, ids) {
      const known = await find(sessionId)
      if (known === null || ids.some((id) => known.has(id))) return false
      extend(sessionId, known, ids)
      return true
    },
    add(sessionId, ids) {
      const known = sessions.get(sessionId)
      if (known !== undefined && known !== null) extend(sessionId, known, ids)
    },
  }
}
