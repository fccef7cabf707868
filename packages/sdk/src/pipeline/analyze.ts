import type { ReceivedStatement } from '../statement/statement-options.ts'
import type { PipelineEnvironment } from './pipeline-environment.ts'
import type { AnalyzedState } from './statement-states.ts'

/** Refusals that a newer catalogue may turn into an answer. */
const staleReasons = new Set(['unknown-table', 'unknown-column'])

/**
 * First stage: what does the statement touch? Resolved against the session's names and the catalogue.
 * A name that the catalogue does not know has it read again, once.
 */
export const analyze = async (
  received: ReceivedStatement,
  environment: PipelineEnvironment,
): Promise<AnalyzedState> => {
  const context = environment.context()
  const resolve = async () =>
    environment.analyzer.analyze(received.sqlText ?? '', {
      catalog: await environment.catalogue.current(),
      database: context.database,
      schema: context.schema,
    })
  let { summary, executableText } = await resolve()
  if (summary.status === 'unsupported' && staleReasons.has(summary.reason.code)) {
    if (await environment.catalogue.refresh()) ({ summary, executableText } = await resolve())
  }
  return { stage: 'analyzed', received, context, summary, executableText, binds: received.binds ?? [] }
}
