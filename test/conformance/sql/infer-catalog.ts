import type { Catalog, StatementSummary } from '@snowfence/core'
import type { SqlAnalyzer } from '@snowfence/sql'

const NAME = /"(?:[^"]|"")*"|[A-Za-z_][\w$]*/y
const DOT = /\s*\.\s*/y

const matchAt = (pattern: RegExp, text: string, at: number): string | null => {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? null
}

/** The parts of the qualified name at a place of the text, as Snowflake stores them. */
const nameAt = (text: string, line: number, column: number): readonly string[] => {
  const lines = text.split('\n')
  let at = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0)
  at += [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length
  const parts: string[] = []
  for (;;) {
    const written = matchAt(NAME, text, at)
    if (written === null) return parts
    parts.push(written.startsWith('"') ? written.slice(1, -1).replaceAll('""', '"') : written.toUpperCase())
    at += written.length
    at += matchAt(DOT, text, at)?.length ?? Number.NaN
    if (Number.isNaN(at)) return parts
  }
}

const namesIn = (message: string): readonly string[] => /`([^`"]*)`/.exec(message)?.[1]?.split('.') ?? []

const outcomeOf = (summary: StatementSummary): string =>
  summary.status === 'analyzed'
    ? ''
    : `${summary.reason.code} ${summary.reason.line} ${summary.reason.column}`

/** More names than any of the public texts has. */
const MAX_NAMES = 400

/**
 * Analyses a query of which the tables are not at hand. Names that the analysis misses are put into a catalogue until it
 * is satisfied, or refuses for another reason: which table a bare column is of is tried out.
 */
export const analyzeWithInferredCatalog = (analyzer: SqlAnalyzer, text: string): StatementSummary => {
  const catalog: Record<string, Record<string, Record<string, string[]>>> = {}
  const tables: string[][] = []
  const analyze = () =>
    analyzer.analyze(text, { catalog: structuredClone(catalog) as Catalog, database: 'D', schema: 'S' })
      .summary
  let summary = analyze()
  for (let count = 0; count < MAX_NAMES && summary.status === 'unsupported'; count += 1) {
    const { code, line, column, message } = summary.reason
    const written = nameAt(text, line, column)
    // IDENTIFIER('t') stands where the name does, and the message has the name itself.
    const parts = written[0] === 'IDENTIFIER' ? namesIn(message) : written
    if (code === 'unknown-table' && parts.length > 0) {
      const [table = '', schema = 'S', database = 'D'] = parts.toReversed()
      catalog[database] ??= {}
      catalog[database][schema] ??= {}
      if (catalog[database][schema][table] !== undefined) return summary
      catalog[database][schema][table] = []
      tables.push(catalog[database][schema][table])
      summary = analyze()
    } else if (code === 'unknown-column') {
      const better = addColumn(parts, tables, analyze, outcomeOf(summary))
      if (better === null) return summary
      summary = better
    } else return summary
  }
  return summary
}

/** Adds the column to the first table with which the analysis gets further. The second part may be the column of a path. */
const addColumn = (
  parts: readonly string[],
  tables: readonly string[][],
  analyze: () => StatementSummary,
  before: string,
): StatementSummary | null => {
  for (const name of [parts.at(-1), parts[1]]) {
    if (name === undefined) continue
    for (const columns of tables.toReversed()) {
      if (columns.includes(name)) continue
      columns.push(name)
      const summary = analyze()
      const outcome = outcomeOf(summary)
      if (outcome !== before && !outcome.startsWith('ambiguous-column')) return summary
      columns.pop()
    }
    // Both sides of USING have the column.
    const without = tables.filter((columns) => !columns.includes(name))
    for (const columns of without) columns.push(name)
    const summary = analyze()
    if (outcomeOf(summary) !== before && !outcomeOf(summary).startsWith('ambiguous-column')) return summary
    for (const columns of without) columns.pop()
  }
  return null
}
