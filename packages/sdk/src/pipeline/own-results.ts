import type { AnalyzedState } from './statement-states.ts'

/** Old results go first: Snowflake keeps a result for a day, an agent rarely asks for one that is this far back. */
const MOST_REMEMBERED = 1_000

/** What is needed to judge a result again. Not the caller's options, which hold binds and callbacks. */
export type KnownResult = Pick<AnalyzedState, 'context' | 'summary' | 'executableText'>

/**
 * What this connection ran itself, by Snowflake query id: only these results may be fetched again, because only for
 * them is known which column came from where.
 */
export class OwnResults {
  readonly #known = new Map<string, KnownResult>()

  remember(queryId: string | null | undefined, { context, summary, executableText }: KnownResult): void {
    if (!queryId) return
    if (this.#known.size >= MOST_REMEMBERED) this.#known.delete(this.#known.keys().next().value ?? '')
    this.#known.set(queryId, { context, summary, executableText })
  }

  find(queryId: string): KnownResult | undefined {
    return this.#known.get(queryId)
  }
}
