/** Wakes those who wait for an approval on this replica. */
export class ApprovalSignals {
  readonly #waiting = new Map<string, Set<() => void>>()

  tell(id: string): void {
    for (const wake of [...(this.#waiting.get(id) ?? [])]) wake()
  }

  /** Resolves when the approval changes here, after the time, or when the signal aborts: whichever is first. */
  wait(id: string, milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(id) ?? new Set()
      this.#waiting.set(id, waiting)
      const wake = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', wake)
        waiting.delete(wake)
        if (waiting.size === 0) this.#waiting.delete(id)
        resolve()
      }
      const timer = setTimeout(wake, milliseconds)
      waiting.add(wake)
      signal.addEventListener('abort', wake, { once: true })
      if (signal.aborted) wake()
    })
  }
}
