/** In milliseconds. */
const HOUR = 3_600_000
/** What is counted together, in milliseconds: so many counts are kept as an hour has seconds, however many statements. */
const SPAN = 1_000

/**
 * Counts statements over a sliding hour, of any number. The clock is the caller's. A statement counts for an hour, and
 * for at most a second more.
 */
export class RateLimit {
  /** Statements by the second in which they were counted, in the order of time. */
  readonly #counts = new Map<number, number>()
  #total = 0

  /** Counts one statement at `nowMs`; false, and not counted, when the hour already has `perHour` of them. */
  take(perHour: number | undefined, nowMs: number): boolean {
    for (const [second, count] of this.#counts) {
      if ((second + 1) * SPAN > nowMs - HOUR) break
      this.#counts.delete(second)
      this.#total -= count
    }
    if (perHour !== undefined && this.#total >= perHour) return false
    const second = Math.floor(nowMs / SPAN)
    this.#counts.set(second, (this.#counts.get(second) ?? 0) + 1)
    this.#total += 1
    return true
  }
}

const byPrincipal = new Map<string, RateLimit>()

/** The count of a principal over all connections of this process: opening another one does not start the hour again. */
export const rateLimitOf = (principal: string): RateLimit => {
  const known = byPrincipal.get(principal) ?? new RateLimit()
  byPrincipal.set(principal, known)
  return known
}
