// Fuzzes the analyser with seeded mutations of the conformance corpus and prints what it finds.
//   node --conditions=snowfence-source test/fuzz/sql-fuzz.ts [--count 100000] [--seed 1]
import { parseArgs } from 'node:util'
import { type FuzzProgress, fuzzAnalyzer } from './fuzz-analyzer.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '100000' }, seed: { type: 'string', default: '1' } },
})

const describeProgress = ({ done, analyzed, slowest, findings }: FuzzProgress): string => {
  const { rss, heapUsed } = process.memoryUsage()
  const megabytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MB`
  return `${done} inputs, ${analyzed} analysed, ${findings.length} findings, slowest ${slowest.milliseconds.toFixed(0)} ms, memory ${megabytes(rss)} (heap ${megabytes(heapUsed)})`
}

const result = await fuzzAnalyzer({
  count: Number(values.count),
  seed: Number(values.seed),
  onProgress: (progress) => console.log(describeProgress(progress)),
})
console.log(describeProgress(result))
console.log(`slowest: ${JSON.stringify(result.slowest.input)}`)
for (const { problem, input } of result.findings.slice(0, 50))
  console.log(`\n${problem}\n${JSON.stringify(input.length > 2_000 ? `${input.slice(0, 2_000)}…` : input)}`)
process.exitCode = result.findings.length === 0 ? 0 : 1
