import type { SessionEvent } from '@snowfence/core'

export type SessionListener = (event: SessionEvent) => void

/** Who on this replica listens for what happens to a session. */
export class SessionSignals {
  readonly #listeners = new Map<string, Set<SessionListener>>()

  /** Gives a function that ends the listening. */
  listen(sessionId: string, listener: SessionListener): () => void {
    const listeners = this.#listeners.get(sessionId) ?? new Set()
    listeners.add(listener)
    this.#listeners.set(sessionId, listeners)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0) this.#listeners.delete(sessionId)
    }
  }

  /** Sessions with at least one listener. */
  get listening(): readonly string[] {
    return [...this.#listeners.keys()]
  }

  tell(sessionId: string, event: SessionEvent): void {
    for (const listener of [...(this.#listeners.get(sessionId) ?? [])]) listener(event)
  }

  tellAll(event: SessionEvent): void {
    for (const sessionId of this.listening) this.tell(sessionId, event)
  }
}
