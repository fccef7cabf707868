import { createSqlAnalyzer, type SqlAnalyzer } from '@snowfence/sql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listThemes, readCatalog, readVectors, textOf } from '../conformance/sql/vector.ts'
import { findLeaks, type Query, readyQuery } from './find-leaks.ts'
import { createSampleWarehouse, type SampleWarehouse } from './sample-warehouse.ts'

const catalog = readCatalog('names')
const themes = listThemes().filter((theme) => !['writes', 'commands', 'tpch', 'tpcds'].includes(theme))

let analyzer: SqlAnalyzer
let warehouse: SampleWarehouse
beforeAll(async () => {
  analyzer = await createSqlAnalyzer()
  warehouse = await createSampleWarehouse(catalog)
})
afterAll(() => warehouse.close())

test('an output that changes with a column carries that column in its lineage or in a use', async () => {
  const queries: Query[] = []
  for (const vector of themes.flatMap(readVectors)) {
    if (vector.database !== undefined || vector.schema !== undefined) continue
    const query = await readyQuery({ analyzer, warehouse, catalog }, vector.id, textOf(vector))
    if (query !== null) queries.push(query)
  }
  const { leaks, runs, changes } = await findLeaks(warehouse, queries)
  console.info(`${queries.length} queries, ${runs} runs with a canary, ${changes} outputs changed`)
  expect(leaks).toEqual([])
  // So that this cannot come to test nothing without being seen.
  expect(queries.length).toBeGreaterThanOrEqual(300)
  expect(runs).toBeGreaterThan(800)
  expect(changes).toBeGreaterThan(200)
}, 900_000)

test('an analysis that loses a column is found out', async () => {
  const text = 'select city, upper(ssn) as s, iff(zip = sex, 1, 0) as z, state from patients'
  const query = await readyQuery({ analyzer, warehouse, catalog }, 'lossy', text)
  if (query === null) throw new Error('the sample query did not run')
  const outputs = query.summary.outputs.map((output) => ({
    ...output,
    columns: output.columns.filter((column) => !column.endsWith('.SSN') && !column.endsWith('.SEX')),
  }))
  const { leaks } = await findLeaks(warehouse, [{ ...query, summary: { ...query.summary, outputs } }])
  expect(leaks).toHaveLength(1)
  expect(leaks[0]).toContain('output 2 (S) changes')
})
