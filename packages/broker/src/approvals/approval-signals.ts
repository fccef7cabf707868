/** Whom to tell when one request changes. */
export interface ApprovalWaiter {
  /**
   * Resolves when the request has changed since the waiter was made or last resolved, after the time, or when the signal
   * aborts: whichever is first.
   */
  next(milliseconds: number, signal: AbortSignal): Promise<void>
  end(): void
}

class Waiter {
  #hasChanged = false
  #wake: (() => void) | null = null

  tell(): void {
    this.#hasChanged = true
    this.#wake?.()
  }

  async next(milliseconds: number, signal: AbortSignal): Promise<void> {
    if (!this.#hasChanged && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer)
          signal.removeEventListener('abort', wake)
          this.#wake = null
          resolve()
        }
        const timer = setTimeout(wake, milliseconds)
        signal.addEventListener('abort', wake, { once: true })
        this.#wake = wake
      })
    }
    this.#hasChanged = false
  }
}

/** Wakes those who wait for an approval on this replica, and tells who follows all of them. */
export class ApprovalSignals {
  readonly #waiting = new Map<string, Set<Waiter>>()
  readonly #followers: (() => void)[] = []

  /** Called when any request changed. */
  follow(follower: () => void): void {
    this.#followers.push(follower)
  }

  /** A request changed, here or on another replica. */
  tell(id: string): void {
    for (const follower of this.#followers) follower()
    for (const waiter of this.#waiting.get(id) ?? []) waiter.tell()
  }

  /** Any request may have changed. */
  tellAll(): void {
    for (const follower of this.#followers) follower()
    for (const waiters of this.#waiting.values()) for (const waiter of waiters) waiter.tell()
  }

  /** Begins to listen: before the request is read, so that no change falls between. */
  listen(id: string): ApprovalWaiter {
    const waiter = new Waiter()
    const waiters = this.#waiting.get(id) ?? new Set()
    this.#waiting.set(id, waiters.add(waiter))
    return {
      next: (milliseconds, signal) => waiter.next(milliseconds, signal),
      end: () => {
        waiters.delete(waiter)
        if (waiters.size === 0 && this.#waiting.get(id) === waiters) this.#waiting.delete(id)
      },
    }
  }
}
