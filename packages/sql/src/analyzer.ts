import type { StatementSummary } from '@snowfence/core'
import type { AnalyzeOptions, SqlAnalyzer } from './analysis.ts'
import { AnalysisCache } from './analysis-cache.ts'
import { analyzeText } from './analyze.ts'
import { compileParser } from './parser/engine.ts'
import { createSqlParser } from './parser/sql-parser.ts'

/**
 * Makes an analyser with a parser of its own. It is synchronous after creation.
 * @throws ERR_SQL_ENGINE_FAILED
 */
export const createSqlAnalyzer = async (): Promise<SqlAnalyzer> => {
  const parser = await createSqlParser()
  const cache = new AnalysisCache()
  return {
    analyze: (text, options) => cache.getOrMake(text, options, () => analyzeText(parser, text, options)),
  }
}

/** Begins what making an analyser waits for, in other threads. A failure is told by `createSqlAnalyzer`. */
export const prepareSqlAnalyzer = (): void => {
  compileParser().catch(() => {})
}

let shared: Promise<SqlAnalyzer> | undefined

/**
 * Analyses one statement with an analyser that the whole process shares.
 * @throws ERR_SQL_ENGINE_FAILED
 */
export const analyzeStatement = async (text: string, options: AnalyzeOptions): Promise<StatementSummary> => {
  shared ??= createSqlAnalyzer()
  return (await shared).analyze(text, options).summary
}
