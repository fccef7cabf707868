// How much of public Snowflake SQL is analysed, and allowed where nothing is classified. The texts are not ours: give
// folders with .sql files, such as Spider2-Snow's gold texts or sqlfluff's Snowflake fixtures.
//   node --conditions=snowfence-source test/conformance/sql/public-corpus.main.ts FOLDER... [--json]
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { evaluate, parsePolicy } from '@snowfence/policy'
import { createSqlAnalyzer } from '@snowfence/sql'
import { analyzeWithInferredCatalog } from './infer-catalog.ts'

const { values: flags, positionals: folders } = parseArgs({
  options: { json: { type: 'boolean', default: false } },
  allowPositionals: true,
})

const policy = parsePolicy(`
version: 1
name: nothing-classified
unclassified: allow
rules:
  - { id: read, effect: permit, actions: [select, metadata], resources: ["*.*.*"] }
`)

/** A query begins with SELECT or WITH; comments and a parenthesis may stand before it. */
const QUERY = /^\s*(?:(?:--[^\n]*\n|\/\*[\s\S]*?\*\/)\s*)*\(?\s*(?:select|with)\b/i
const queriesOf = (file: string): readonly string[] =>
  readFileSync(file, 'utf8')
    .split(/;[ \t]*(?:\r?\n|$)/)
    .filter((text) => QUERY.test(text))

const analyzer = await createSqlAnalyzer()
const share = (count: number, all: number): string => `${count} (${((100 * count) / all).toFixed(1)} %)`

for (const folder of folders) {
  const counts = { queries: 0, analyzed: 0, allowed: 0 }
  const refusals = new Map<string, number>()
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.sql')))
    for (const [index, text] of queriesOf(path.join(folder, file)).entries()) {
      const summary = analyzeWithInferredCatalog(analyzer, text)
      counts.queries += 1
      if (summary.status === 'unsupported') {
        const { code, message, line, column } = summary.reason
        refusals.set(code, (refusals.get(code) ?? 0) + 1)
        if (flags.json) console.log(JSON.stringify({ file, index, code, message, line, column }))
        continue
      }
      counts.analyzed += 1
      const { decision } = evaluate(policy, {
        principal: { issuer: 'https://login.example', subject: 'agent-1', groups: [], claims: {} },
        agent: { id: 'corpus' },
        purpose: 'HOPERAT',
        now: new Date(),
        summary,
      })
      if (decision === 'allow') counts.allowed += 1
      else if (flags.json) console.log(JSON.stringify({ file, index, decision }))
    }
  if (flags.json) {
    console.log(JSON.stringify({ folder: path.basename(folder), ...counts }))
    continue
  }
  console.log(
    `${path.basename(folder)}: ${counts.queries} queries, analysed ${share(counts.analyzed, counts.queries)}, allowed ${share(counts.allowed, counts.queries)}`,
  )
  for (const [code, count] of [...refusals].sort(([, left], [, right]) => right - left))
    console.log(`  ${String(count).padStart(4)}  ${code}`)
}
