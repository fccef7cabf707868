import type { Lease } from '@snowfence/core'

/** A minute before the end, or a fifth of its life when it lives for less than five. */
const LONGEST_MARGIN_MS = 60_000
const MARGIN_SHARE = 0.2

/** A lease and when it should be replaced, by the clock of the moment it was received. */
export class HeldLease {
  readonly lease: Lease
  readonly #endsAtMs: number
  readonly #renewAtMs: number

  constructor(lease: Lease, nowMs: number) {
    this.lease = lease
    this.#endsAtMs = Date.parse(lease.expiresAt)
    this.#renewAtMs =
      this.#endsAtMs - Math.min(LONGEST_MARGIN_MS, Math.max(0, this.#endsAtMs - nowMs) * MARGIN_SHARE)
  }

  isFresh(nowMs: number): boolean {
    return nowMs < this.#renewAtMs
  }

  isAlive(nowMs: number): boolean {
    return nowMs < this.#endsAtMs
  }
}
