// Writes made-up statements in other ways that mean the same, and prints those that are analysed otherwise.
//   node --conditions=snowfence-source test/fuzz/same-meaning.main.ts [--count 100000] [--seed 1]
import { parseArgs } from 'node:util'
import { type MeaningFigures, searchMeanings } from './same-meaning.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})

const print = ({ statements, analyzed, compared, refused, findings }: MeaningFigures): void =>
  console.log(
    `${statements} statements, ${analyzed} analysed, ${compared} other ways, ${refused} refused, ${findings.length} differ`,
  )

const figures = await searchMeanings({
  count: Number(values.count),
  seed: Number(values.seed),
  onProgress: print,
})
print(figures)
for (const finding of figures.findings.slice(0, 40)) console.log(`\n${Object.values(finding).join('\n  ')}`)
process.exitCode = figures.findings.length === 0 ? 0 : 1
