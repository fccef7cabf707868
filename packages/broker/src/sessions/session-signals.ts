import type { SessionEvent } from '@snowfence/core'

export interface SessionListener {
  onEvent(event: SessionEvent): void
  /** The session is over, and no event says so: its owner closed it. */
  onEnd(): void
}

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

  isListening(sessionId: string): boolean {
    return this.#listeners.has(sessionId)
  }

  tell(sessionId: string, event: SessionEvent): void {
    for (const { onEvent } of [...(this.#listeners.get(sessionId) ?? [])]) onEvent(event)
  }

  tellAll(event: SessionEvent): void {
    for (const sessionId of this.listening) this.tell(sessionId, event)
  }

  /** Ends every stream. Clients open theirs again if their session is live. */
  endAll(): void {
    for (const sessionId of this.listening) this.end(sessionId)
  }

  /** Ends the streams of a session that was closed. */
  end(sessionId: string): void {
    for (const { onEnd } of [...(this.#listeners.get(sessionId) ?? [])]) onEnd()
  }
}
