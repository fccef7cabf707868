import type { StatementSummary } from '@snowfence/core'
import { analyzeByName } from '@snowfence/sql'
import type { ReceivedStatement } from '../statement/statement-options.ts'
import type { PipelineEnvironment } from './pipeline-environment.ts'
import type { AnalyzedState } from './statement-states.ts'

/** Refusals that a newer catalogue may turn into an answer. */
const staleReasons = new Set(['unknown-column', 'stale-view'])

/**
 * First stage: what does the statement touch? Resolved against the session's names and the tables of the warehouse, which
 * are looked up by name. After an unknown column they are looked up again, once.
 */
export const analyze = async (
  received: ReceivedStatement,
  environment: PipelineEnvironment,
): Promise<AnalyzedState> => {
  const context = environment.context()
  const { catalogue, analyzer } = environment
  const resolve = () => analyzeByName(analyzer, received.sqlText ?? '', context, catalogue)
  let { summary, executableText } = await resolve()
  if (summary.status === 'unsupported' && staleReasons.has(summary.reason.code) && catalogue.refresh())
    ({ summary, executableText } = await resolve())
  return {
    stage: 'analyzed',
    received,
    context,
    summary: namingWhatIsNotThere(summary, environment),
    executableText,
    binds: received.binds ?? [],
  }
}

/** Snowflake logs in without a word where the database or schema of the options does not exist; the first name without one fails. */
const namingWhatIsNotThere = (
  summary: StatementSummary,
  { asked, context }: PipelineEnvironment,
): StatementSummary => {
  if (summary.status !== 'unsupported' || summary.reason.code !== 'no-current-schema') return summary
  const now = context()
  const missing = (['database', 'schema'] as const).find((part) => asked[part] !== null && now[part] === null)
  if (missing === undefined) return summary
  const hint = `check the option \`${missing}\` of the connection: \`${asked[missing]}\` does not exist, or the role of the session may not use it. Otherwise ${summary.reason.hint}`
  return { ...summary, reason: { ...summary.reason, hint } }
}
