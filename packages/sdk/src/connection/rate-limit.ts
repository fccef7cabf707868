const HOUR_MS = 3_600_000

/** Counts statements over a sliding hour. The clock is the caller's. */
export class RateLimit {
  readonly #times: number[] = []

  /** Counts one statement at `nowMs`; false, and not counted, when the hour already has `perHour` of them. */
  take(perHour: number | undefined, nowMs: number): boolean {
    while (this.#times.length > 0 && this.#times[0]! <= nowMs - HOUR_MS) this.#times.shift()
    if (perHour !== undefined && this.#times.length >= perHour) return false
    this.#times.push(nowMs)
    return true
  }
}
