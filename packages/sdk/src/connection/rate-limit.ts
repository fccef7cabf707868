const HOUR_MS = 3_600_000
/** More than any rule allows in an hour need not be remembered. */
const MOST_REMEMBERED = 50_000

/** Counts statements over a sliding hour. The clock is the caller's. */
export class RateLimit {
  #times: number[] = []
  /** Where the hour begins in the list: taking from the front one by one would move all the rest each time. */
  #first = 0

  /** Counts one statement at `nowMs`; false, and not counted, when the hour already has `perHour` of them. */
  take(perHour: number | undefined, nowMs: number): boolean {
    while (this.#first < this.#times.length && this.#times[this.#first]! <= nowMs - HOUR_MS) this.#first += 1
    if (perHour !== undefined && this.#times.length - this.#first >= perHour) return false
    this.#times.push(nowMs)
    if (this.#times.length - this.#first > MOST_REMEMBERED) this.#first += 1
    if (this.#first > MOST_REMEMBERED) {
      this.#times = this.#times.slice(this.#first)
      this.#first = 0
    }
    return true
  }
}
