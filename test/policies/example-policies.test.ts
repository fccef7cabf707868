import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { catalogSchema } from '@snowfence/core'
import { checkPolicy, parsePolicy, runPolicyTests } from '@snowfence/policy'
import { createSqlAnalyzer } from '@snowfence/sql'
import { beforeAll, describe, expect, it } from 'vitest'

const folder = path.resolve(import.meta.dirname, '../../examples/policies')
const read = (name: string): string => readFileSync(path.join(folder, name), 'utf8')
const catalog = catalogSchema.parse(JSON.parse(read('catalog.json')))
const policies = readdirSync(folder).filter((name) => /^[a-z-]+\.yaml$/.test(name))

let analyzer: Awaited<ReturnType<typeof createSqlAnalyzer>>
beforeAll(async () => {
  analyzer = await createSqlAnalyzer()
})

describe.each(policies)('%s', (name) => {
  it('has no problem, against the catalogue with its types', () => {
    expect(checkPolicy(read(name), { catalog }).problems).toEqual([])
  })

  it('decides as its own tests say', () => {
    const report = runPolicyTests(read(name.replace('.yaml', '.test.yaml')), {
      loadPolicy: (reference) => parsePolicy(read(reference)),
      analyze: (sql, context) =>
        analyzer.analyze(sql, { catalog, database: context.database, schema: context.schema }).summary,
    })
    expect(report.problems).toEqual([])
    const failed = report.results.filter((result) => !result.passed)
    expect(failed.map(({ name: test, line, differences }) => ({ test, line, differences }))).toEqual([])
    expect(report.results.length).toBeGreaterThan(4)
  })
})
