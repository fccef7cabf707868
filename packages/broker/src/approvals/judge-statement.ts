import type { ApprovalStatement, Decision, RefusalReason, StatementSummary } from '@snowfence/core'
import { evaluate } from '@snowfence/policy'
import { analyzeByName, type RefusalCode, refusalReasons, type SqlAnalyzer } from '@snowfence/sql'
import type { CatalogueSource } from '../catalogue/catalogue-source.ts'
import type { Clock } from '../clock.ts'
import type { PolicyInForce } from '../policy/policy-holder.ts'
import type { SessionRecord } from '../sessions/session.ts'

interface Judgement {
  readonly summary: StatementSummary
  readonly decision: Decision
}

/** Judges a statement by the broker's own means: what a client says of its statement is only a claim. */
export interface StatementJudge {
  /** @throws SnowfenceError `ERR_CATALOGUE_UNAVAILABLE` */
  judge(session: SessionRecord, statement: ApprovalStatement, inForce: PolicyInForce): Promise<Judgement>
}

/** Refusals that a catalogue read before a change in the warehouse can cause. */
const maybeOutdated: readonly string[] = [
  'unknown-table',
  'unknown-column',
  'stale-view',
] satisfies RefusalCode[]

const HINT_UNKNOWN_TABLE =
  'check the name, and that the role of the catalogue may see the table; a temporary table is seen by its own session alone, so a statement over one cannot be approved: copy its rows into a table first'

export const createStatementJudge = (options: {
  readonly analyzer: SqlAnalyzer
  readonly catalogue: CatalogueSource
  readonly clock: Clock
}): StatementJudge => {
  const { analyzer, catalogue, clock } = options
  const summarize = async ({ sqlText, database, schema }: ApprovalStatement): Promise<StatementSummary> => {
    const { summary } = await analyzeByName(analyzer, sqlText, { database, schema }, catalogue)
    return summary.status === 'unsupported' ? { ...summary, reason: withoutNames(summary.reason) } : summary
  }
  return {
    async judge({ principal, agent, purpose }, statement, { policy }) {
      let summary = await summarize(statement)
      if (summary.status === 'unsupported' && maybeOutdated.includes(summary.reason.code)) {
        await catalogue.refresh()
        summary = await summarize(statement)
      }
      return { summary, decision: evaluate(policy, { principal, agent, purpose, summary, now: clock() }) }
    },
  }
}

/** The catalogue's role may see tables and columns that the agent's does not: no hint names any. */
const withoutNames = (reason: RefusalReason): RefusalReason => {
  const code = reason.code as RefusalCode
  if (code === 'unknown-table') return { ...reason, hint: HINT_UNKNOWN_TABLE }
  return code === 'unknown-column' ? { ...reason, hint: refusalReasons[code].hint } : reason
}
