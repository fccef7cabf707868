import { createSqlAnalyzer } from '@snowfence/sql'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { listThemes, readCatalog, readVectors, textOf } from '../conformance/sql/vector.ts'
import { findLeaks, type Query, readyQuery } from './find-leaks.ts'
import { createSampleWarehouse, type SampleWarehouse } from './sample-warehouse.ts'

const catalog = readCatalog('names')
const themes = listThemes().filter((theme) => !['writes', 'commands', 'tpch', 'tpcds'].includes(theme))

let warehouse: SampleWarehouse
beforeAll(async () => {
  warehouse = await createSampleWarehouse(catalog)
})
afterAll(() => warehouse.close())

test('an output that changes with a column carries that column in its lineage or in a use', async () => {
  const analyzer = await createSqlAnalyzer()
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
}, 180_000)
