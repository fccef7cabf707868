import { type AnalyzedStatement, usePlaces } from '@snowfence/core'
import { createSqlAnalyzer } from '@snowfence/sql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listThemes, readCatalog, readVectors, textOf } from '../conformance/sql/vector.ts'
import { type SampleTable, sampleTables } from './sample-tables.ts'
import { createSampleWarehouse, type Result, type SampleWarehouse } from './sample-warehouse.ts'

interface Query {
  readonly id: string
  readonly sql: string
  readonly summary: AnalyzedStatement
  readonly baseline: Result
}

const catalog = readCatalog('names')
const themes = listThemes().filter((theme) => !['writes', 'commands', 'tpch', 'tpcds'].includes(theme))

let warehouse: SampleWarehouse
beforeAll(async () => {
  warehouse = await createSampleWarehouse(catalog)
})
afterAll(() => warehouse.close())

/** A result that a governed connection would not discard: the columns are those that the analysis foretold. */
const isForetold = (result: Result | null, { outputs }: AnalyzedStatement): result is Result =>
  result !== null &&
  result.length === outputs.length &&
  outputs.every(({ name }, index) => name === null || name === result[index]?.name)

/** Every select of the conformance vectors that is analysed, runs here, and gives the same rows twice. */
const listQueries = async (): Promise<readonly Query[]> => {
  const analyzer = await createSqlAnalyzer()
  const queries: Query[] = []
  for (const vector of themes.flatMap(readVectors)) {
    if (vector.database !== undefined || vector.schema !== undefined) continue
    const { summary, executableText: sql } = analyzer.analyze(textOf(vector), {
      catalog,
      database: 'CLINIC',
      schema: 'PUBLIC',
    })
    if (summary.status === 'unsupported' || summary.kind !== 'select') continue
    if (/\b(table)?sample\b/i.test(sql)) continue
    const baseline = await warehouse.run(sql)
    if (!isForetold(baseline, summary)) continue
    const again = await warehouse.run(sql)
    if (JSON.stringify(again) === JSON.stringify(baseline))
      queries.push({ id: vector.id, sql, summary, baseline })
  }
  return queries
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

test('an output that changes with a column carries that column in its lineage or in a use', async () => {
  const queries = await listQueries()
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
  console.info(`${queries.length} queries, ${runs} runs with a canary, ${changes} outputs changed`)
  expect(leaks).toEqual([])
  // So that this cannot come to test nothing without being seen.
  expect(queries.length).toBeGreaterThanOrEqual(300)
  expect(runs).toBeGreaterThan(800)
  expect(changes).toBeGreaterThan(200)
}, 180_000)
