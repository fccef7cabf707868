import type { ReceivedStatement } from '../statement/statement-options.ts'
import type { PipelineEnvironment } from './pipeline-environment.ts'
import type { AnalyzedState } from './statement-states.ts'

/** Refusals that a newer catalogue may turn into an answer. */
const staleReasons = new Set(['unknown-column', 'stale-view'])

/** So many tables of one statement are looked up by name. */
const MAX_LOOK_UPS = 50

/**
 * First stage: what does the statement touch? Resolved against the session's names and the catalogue.
 * A table that the catalogue does not have is looked up by its name: it may be new, temporary, or in another database.
 * After an unknown column the catalogue is read again, once.
 */
export const analyze = async (
  received: ReceivedStatement,
  environment: PipelineEnvironment,
): Promise<AnalyzedState> => {
  const context = environment.context()
  const { catalogue, analyzer } = environment
  const resolve = async () =>
    analyzer.analyze(received.sqlText ?? '', {
      catalog: await catalogue.current(),
      database: context.database,
      schema: context.schema,
    })
  const resolveNames = async () => {
    let analysis = await resolve()
    for (let count = 0; count < MAX_LOOK_UPS && analysis.missing !== undefined; count += 1) {
      if (!(await catalogue.lookUp(analysis.missing))) break
      analysis = await resolve()
    }
    return analysis
  }
  let { summary, executableText } = await resolveNames()
  if (summary.status === 'unsupported' && staleReasons.has(summary.reason.code)) {
    if (await catalogue.refresh()) ({ summary, executableText } = await resolveNames())
  }
  return { stage: 'analyzed', received, context, summary, executableText, binds: received.binds ?? [] }
}
