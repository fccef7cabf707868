import { type AnalyzedStatement, type Catalog, usePlaces } from '@snowfence/core'
import type { SqlAnalyzer } from '@snowfence/sql'
import { type SampleTable, sampleTables } from './sample-tables.ts'
import type { Result, SampleWarehouse } from './sample-warehouse.ts'

/** A select that is analysed, runs here, and gives the same rows twice. */
export interface Query {
  readonly id: string
  readonly sql: string
  readonly summary: AnalyzedStatement
  readonly baseline: Result
}

export interface LeakReport {
  /** Outputs that changed with a canary which neither their lineage nor a use names. */
  readonly leaks: readonly string[]
  /** How often a query ran on a table with canaries. */
  readonly runs: number
  /** How many outputs changed, rightly or not: without any, nothing was tested. */
  readonly changes: number
}

/** A result that a governed connection would not discard: the columns are those that the analysis foretold. */
const isForetold = (result: Result | null, { outputs }: AnalyzedStatement): result is Result =>
  result !== null &&
  result.length === outputs.length &&
  outputs.every(({ name }, index) => name === null || name === result[index]?.name)

/** Null for a statement that is no select, is refused, does not run here, or has no stable result. */
export const readyQuery = async (
  { analyzer, warehouse, catalog }: { analyzer: SqlAnalyzer; warehouse: SampleWarehouse; catalog: Catalog },
  id: string,
  text: string,
): Promise<Query | null> => {
  const options = { catalog, database: 'CLINIC', schema: 'PUBLIC' }
  const { summary, executableText: sql } = analyzer.analyze(text, options)
  if (summary.status === 'unsupported' || summary.kind !== 'select') return null
  if (/\b(table)?sample\b/i.test(sql)) return null
  const baseline = await warehouse.run(sql)
  if (!isForetold(baseline, summary)) return null
  const again = await warehouse.run(sql)
  return JSON.stringify(again) === JSON.stringify(baseline) ? { id, sql, summary, baseline } : null
}

const nameOf = (table: SampleTable, column: string): string => {
  const quote = (part: string) => (/^[A-Z_][A-Z0-9_$]*$/.test(part) ? part : `"${part}"`)
  const parts = table.name.split('.').map((part) => (part.startsWith('"') ? part : part.toUpperCase()))
  return [...parts, quote(column)].join('.')
}

/**
 * The canaries to put into a table for one query, one run each: every column that some output carries and another
 * does not, by itself; and all the columns that flow nowhere and steer nothing, which together may change nothing.
 * A column that is a use may change anything.
 */
const listCanaries = ({ summary }: Query, table: SampleTable): readonly (readonly string[])[] => {
  const alone: string[][] = []
  const silent: string[] = []
  for (const { name } of table.columns) {
    const column = nameOf(table, name)
    if (usePlaces.some((place) => summary.uses[place].includes(column))) continue
    const carrying = summary.outputs.filter(({ columns }) => columns.includes(column)).length
    if (carrying === 0) silent.push(name)
    else if (carrying < summary.outputs.length) alone.push([name])
  }
  return silent.length > 0 ? [...alone, silent] : alone
}

/** What is to be run on each filling of a table, so that a table is filled once for all its queries. */
const planRuns = (queries: readonly Query[], table: SampleTable): ReadonlyMap<string, readonly Query[]> => {
  const plan = new Map<string, Query[]>()
  for (const query of queries) {
    if (!query.summary.reads.some((read) => nameOf(table, 'X') === `${read.table}.X`)) continue
    for (const canaries of listCanaries(query, table)) {
      const filling = JSON.stringify(canaries)
      plan.set(filling, [...(plan.get(filling) ?? []), query])
    }
  }
  return plan
}

/** Runs every query with canaries in the columns that its analysis says cannot matter. */
export const findLeaks = async (
  warehouse: SampleWarehouse,
  queries: readonly Query[],
): Promise<LeakReport> => {
  const leaks: string[] = []
  let runs = 0
  let changes = 0
  for (const table of sampleTables) {
    for (const [filling, concerned] of planRuns(queries, table)) {
      const canaries = JSON.parse(filling) as string[]
      const columns = canaries.map((name) => nameOf(table, name))
      await warehouse.fill(table, canaries)
      for (const { id, sql, summary, baseline } of concerned) {
        const result = await warehouse.run(sql)
        runs += 1
        // A canary that does not fit a conversion is an error and gives no rows.
        if (result === null) continue
        summary.outputs.forEach((output, index) => {
          if (JSON.stringify(result[index]) === JSON.stringify(baseline[index])) return
          changes += 1
          if (!columns.some((column) => output.columns.includes(column)))
            leaks.push(`${id}: output ${index + 1} (${output.name}) changes with ${columns.join(' or ')}`)
        })
      }
    }
    await warehouse.fill(table)
  }
  return { leaks, runs, changes }
}
