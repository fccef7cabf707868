// Looks for lost lineage in statements that nobody wrote: mutations of the conformance vectors that happen to be
// analysed and to run on the local Snowflake, each with canaries in the columns that the analysis says cannot matter.
//   node --conditions=snowfence-source test/differential/lineage-fuzz.ts [--count 20000] [--seed 1]
import { parseArgs } from 'node:util'
import { createSqlAnalyzer } from '@snowfence/sql'
import { listThemes, readCatalog, readVectors, textOf } from '../conformance/sql/vector.ts'
import { mutateText } from '../fuzz/mutate-text.ts'
import { SeededRandom } from '../fuzz/seeded-random.ts'
import { findLeaks, type Query, readyQuery } from './find-leaks.ts'
import { createSampleWarehouse } from './sample-warehouse.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
})

const catalog = readCatalog('names')
const analyzer = await createSqlAnalyzer()
const warehouse = await createSampleWarehouse(catalog)
const corpus = listThemes()
  .filter((theme) => !['writes', 'commands', 'tpch', 'tpcds', 'lexing'].includes(theme))
  .flatMap(readVectors)
  .filter((vector) => vector.expect.status !== 'unsupported')
  .map(textOf)
  .filter((text) => text.length < 2_000)
const random = new SeededRandom(Number(values.seed))
const queries: Query[] = []
const seen = new Set(corpus)
for (let left = Number(values.count); left > 0; left -= 1) {
  const text = mutateText(corpus, random)
  if (text.length > 4_000 || seen.has(text)) continue
  seen.add(text)
  const query = await readyQuery({ analyzer, warehouse, catalog }, text.replaceAll('\n', ' '), text)
  if (query !== null) queries.push(query)
  if (left % 1_000 === 0) console.log(`${left} left, ${queries.length} queries`)
}
const { leaks, runs, changes } = await findLeaks(warehouse, queries)
console.log(`${queries.length} queries, ${runs} runs with a canary, ${changes} outputs changed`)
for (const leak of leaks) console.log(leak)
await warehouse.close()
process.exitCode = leaks.length === 0 ? 0 : 1
