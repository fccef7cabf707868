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
  return { stage: 'analyzed', received, context, summary, executableText, binds: received.binds ?? [] }
}
