import type { StatementSummary } from '@snowfence/core'
import type { AnalyzeOptions, SqlAnalyzer } from './analysis.ts'
import { analyzeText } from './analyze.ts'

/** Makes an analyser with a parser of its own. Synchronous after creation. @throws ERR_SQL_ENGINE_FAILED */
export const createSqlAnalyzer = async (): Promise<SqlAnalyzer> => {
  const parser = { parse: () => [] }
  return { analyze: (text, options) => analyzeText(parser, text, options) }
}

let shared: Promise<SqlAnalyzer> | undefined

/** Analyses one statement with an analyser that is shared by the process. @throws ERR_SQL_ENGINE_FAILED */
export const analyzeStatement = async (text: string, options: AnalyzeOptions): Promise<StatementSummary> => {
  shared ??= createSqlAnalyzer()
  return (await shared).analyze(text, options).summary
}
