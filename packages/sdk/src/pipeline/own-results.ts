import { pinningBinds } from '../rows/read-pinned-subjects.ts'
import type { AnalyzedState } from './statement-states.ts'

/** Old results go first: Snowflake keeps a result for a day, an agent rarely asks for one that is this far back. */
const MOST_REMEMBERED = 1_000

/**
 * What is needed to judge a result again. Of the caller's options, which hold callbacks too, only the binds that may name a
 * data subject.
 */
export type KnownResult = Pick<AnalyzedState, 'context' | 'summary' | 'executableText' | 'binds'>

/**
 * What this connection ran itself, by Snowflake query id: only these results may be fetched again, because only for
 * them is known which column came from where.
 */
export class OwnResults {
  readonly #known = new Map<string, KnownResult>()

  remember(
    queryId: string | null | undefined,
    { context, summary, executableText, binds }: KnownResult,
  ): void {
    if (!queryId) return
    const uses = summary.status === 'analyzed' ? (summary.tableUses ?? []) : []
    if (this.#known.size >= MOST_REMEMBERED) this.#known.delete(this.#known.keys().next().value ?? '')
    this.#known.set(queryId, { context, summary, executableText, binds: pinningBinds(uses, binds) })
  }

  find(queryId: string): KnownResult | undefined {
    return this.#known.get(queryId)
  }
}
