import { performance } from 'node:perf_hooks'
import type { Catalog } from '@snowfence/core'
import { createSqlAnalyzer, redactText, refusalReasons, type SqlAnalyzer } from '@snowfence/sql'
import { listThemes, readCatalog, readVectors, textOf } from '../conformance/sql/vector.ts'
import { literalMarker, mutateText, nameMarker } from './mutate-text.ts'
import { SeededRandom } from './seeded-random.ts'

export interface FuzzFinding {
  readonly input: string
  readonly problem: string
}

export interface FuzzProgress {
  readonly done: number
  readonly analyzed: number
  readonly slowest: { readonly milliseconds: number; readonly input: string }
  readonly findings: readonly FuzzFinding[]
}

export interface FuzzOptions {
  readonly count: number
  readonly seed: number
  /** Called after every `progressEvery` inputs. */
  readonly onProgress?: (progress: FuzzProgress) => void
  readonly progressEvery?: number
}

const isKnownReason = (code: string): boolean => Object.hasOwn(refusalReasons, code)

/** An unclosed quote or comment mark can turn what was put in as a literal into a name; then it is no literal. */
const isQuotingLiteral = (text: string, said: string): boolean =>
  said.includes(literalMarker) && !new RegExp(`(^|[^'/ -])\\s*${literalMarker}`).test(text)

/** Everything that must hold of any text whatever; the problem, or null. */
const findProblem = (
  analyzer: SqlAnalyzer,
  text: string,
  catalog: Catalog,
): { problem: string | null; analyzed: boolean } => {
  const options = { catalog, database: 'CLINIC', schema: 'PUBLIC' }
  const { summary, executableText } = analyzer.analyze(text, options)
  const analyzed = summary.status === 'analyzed'
  const found = (problem: string) => ({ problem, analyzed })
  const recorded = [summary.text, redactText(text, { catalog })]
  if (recorded.some((part) => part.includes(literalMarker) || part.includes(nameMarker)))
    return found('a literal, comment or unknown name survived redaction')
  if (summary.status === 'unsupported') {
    if (!isKnownReason(summary.reason.code)) return found('the reason is not in the closed list')
    if (isQuotingLiteral(text, JSON.stringify(summary.reason)))
      return found('the reason quotes a literal or comment')
    return { problem: null, analyzed }
  }
  if (isQuotingLiteral(text, JSON.stringify(summary))) return found('the summary quotes a literal or comment')
  const again = analyzer.analyze(executableText, options)
  if (again.executableText !== executableText) return found('the executable text is not stable')
  if (again.summary.status !== 'analyzed') return found('the executable text is refused')
  const [facts, factsAgain] = [summary, again.summary].map(({ outputs, reads, writes, uses, digest }) =>
    JSON.stringify({ outputs, reads, writes, uses, digest }),
  )
  if (facts !== factsAgain) return found('the executable text means something else than the text')
  return { problem: null, analyzed }
}

/**
 * Analyses mutated statements of the conformance corpus. The same seed gives the same inputs. An exception, a broken
 * rule or (to the caller) a hang is a finding.
 */
export const fuzzAnalyzer = async ({
  count,
  seed,
  onProgress,
  progressEvery = 10_000,
}: FuzzOptions): Promise<FuzzProgress> => {
  const analyzer = await createSqlAnalyzer()
  const catalog = readCatalog('names')
  const corpus = listThemes()
    .flatMap((theme) => readVectors(theme).map(textOf))
    .filter((text) => text.length > 0 && text.length < 20_000)
  const random = new SeededRandom(seed)
  const findings: FuzzFinding[] = []
  let analyzedCount = 0
  let slowest = { milliseconds: 0, input: '' }
  const progress = (done: number): FuzzProgress => ({
    done,
    analyzed: analyzedCount,
    slowest,
    findings,
  })
  for (let index = 1; index <= count; index += 1) {
    const input = mutateText(corpus, random)
    const startedAt = performance.now()
    try {
      const { problem, analyzed } = findProblem(analyzer, input, catalog)
      if (analyzed) analyzedCount += 1
      if (problem !== null) findings.push({ input, problem })
    } catch (error) {
      findings.push({ input, problem: `threw ${error instanceof Error ? error.stack : String(error)}` })
    }
    const milliseconds = performance.now() - startedAt
    if (milliseconds > slowest.milliseconds) slowest = { milliseconds, input }
    if (onProgress !== undefined && index % progressEvery === 0) onProgress(progress(index))
  }
  return progress(count)
}
