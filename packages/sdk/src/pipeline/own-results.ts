import type { AnalyzedState } from './statement-states.ts'

/** Old results go first: Snowflake keeps a result for a day, an agent rarely asks for one that is this far back. */
const MOST_REMEMBERED = 10_000

/**
 * What this connection ran itself, by Snowflake query id: only these results may be fetched again, because only for
 * them is known which column came from where.
 */
export class OwnResults {
  readonly #states = new Map<string, AnalyzedState>()

  remember(queryId: string | null | undefined, state: Omit<AnalyzedState, 'stage'>): void {
    if (!queryId) return
    const { received, context, summary, executableText } = state
    if (this.#states.size >= MOST_REMEMBERED) this.#states.delete(this.#states.keys().next().value ?? '')
    this.#states.set(queryId, { stage: 'analyzed', received, context, summary, executableText })
  }

  find(queryId: string): AnalyzedState | undefined {
    return this.#states.get(queryId)
  }
}
