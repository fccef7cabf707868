import type { ApprovalStatement, Catalog, Decision, StatementSummary } from '@snowfence/core'
import { evaluate } from '@snowfence/policy'
import type { RefusalCode, SqlAnalyzer } from '@snowfence/sql'
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
const maybeOutdated: readonly string[] = ['unknown-table', 'unknown-column'] satisfies RefusalCode[]

export const createStatementJudge = (options: {
  readonly analyzer: SqlAnalyzer
  readonly catalogue: CatalogueSource
  readonly clock: Clock
}): StatementJudge => {
  const { analyzer, catalogue, clock } = options
  const summarize = ({ sqlText, database, schema }: ApprovalStatement, catalog: Catalog): StatementSummary =>
    analyzer.analyze(sqlText, { catalog, database, schema }).summary
  return {
    async judge({ principal, agent, purpose }, statement, { policy }) {
      let summary = summarize(statement, await catalogue.read())
      if (summary.status === 'unsupported' && maybeOutdated.includes(summary.reason.code)) {
        summary = summarize(statement, await catalogue.refresh())
      }
      return { summary, decision: evaluate(policy, { principal, agent, purpose, summary, now: clock() }) }
    },
  }
}
