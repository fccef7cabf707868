import { readFileSync } from 'node:fs'
import path from 'node:path'
import { type Catalog, catalogSchema } from '@snowfence/core'
import { type PolicyTestReport, parsePolicy, runPolicyTests } from '@snowfence/policy'
import { createSqlAnalyzer, type SqlAnalyzer } from '@snowfence/sql'
import { Command } from 'commander'
import { readText } from '../input/read-text.ts'
import { type Palette, paletteFor } from '../output/palette.ts'
import { renderProblems } from '../output/render-problems.ts'

const examples = `
Examples:
  $ snowfence policy test examples/policies/*.test.yaml
  $ snowfence policy test clinic.test.yaml --json

A test file names its policy and catalogue, and states who asks what and what must be decided; docs/policy.md shows one.
The exit code is 1 when a test fails.`

const runFile = async (file: string, analyzer: SqlAnalyzer): Promise<PolicyTestReport> => {
  const beside = (reference: string) => readFileSync(path.resolve(path.dirname(file), reference), 'utf8')
  const catalogs = new Map<string, Catalog>()
  const catalogOf = (reference: string | null): Catalog => {
    if (reference === null) return {}
    const known = catalogs.get(reference) ?? catalogSchema.parse(JSON.parse(beside(reference)))
    catalogs.set(reference, known)
    return known
  }
  return runPolicyTests(await readText(file), {
    loadPolicy: (reference) => parsePolicy(beside(reference)),
    analyze: (sql, { catalog, database, schema }) =>
      analyzer.analyze(sql, { catalog: catalogOf(catalog), database, schema }).summary,
  })
}

const renderReport = (file: string, report: PolicyTestReport, colour: Palette): string => {
  const lines = report.results.map(({ name, line, passed, differences, decision }) => {
    const mark = passed ? colour.green('pass') : colour.red('fail')
    const reasons = passed ? [] : decision.reasons.map(({ code, message }) => `because ${message} [${code}]`)
    return [
      `${mark} ${file}:${line} ${name}`,
      ...[...differences, ...reasons].map((told) => `       ${told}`),
    ].join('\n')
  })
  return `${renderProblems(file, report.problems, colour)}${lines.map((line) => `${line}\n`).join('')}`
}

/** `snowfence policy test`: runs the tests that stand beside a policy. */
export const policyTestCommand = (): Command =>
  new Command('test')
    .description('run policy tests')
    .argument('<files...>', 'YAML files of policy tests')
    .option('--json', 'print one JSON object per file')
    .addHelpText('after', examples)
    .action(async (files: string[], flags: { readonly json?: boolean }) => {
      const analyzer = await createSqlAnalyzer()
      const colour = paletteFor(process.stdout)
      let passed = 0
      let failed = 0
      for (const file of files) {
        const report = await runFile(file, analyzer)
        passed += report.results.filter((result) => result.passed).length
        failed +=
          report.results.filter((result) => !result.passed).length + (report.problems.length > 0 ? 1 : 0)
        if (flags.json) {
          const results = report.results.map(({ decision, ...result }) => ({
            ...result,
            decision: decision.decision,
            rules: decision.rules,
            reasons: decision.reasons,
          }))
          process.stdout.write(
            `${JSON.stringify({ file, passed: report.passed, problems: report.problems, results })}\n`,
          )
        } else {
          process.stdout.write(renderReport(file, report, colour))
        }
      }
      if (!flags.json) process.stdout.write(`${passed} passed, ${failed} failed\n`)
      if (failed > 0) process.exitCode = 1
    })
