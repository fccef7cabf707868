import { agentSchema, type Decision, type Principal, type StatementSummary } from '@snowfence/core'
import type { Policy } from '../compile/policy.ts'
import type { PolicyProblem } from '../document/policy-problem.ts'
import { evaluate } from '../evaluate/evaluate.ts'
import { printMask } from '../explain/print-mask.ts'
import {
  type PolicyExpectation,
  type PolicyTest,
  type PolicyTestSuite,
  readPolicyTests,
} from './policy-test-suite.ts'

/** What a file of policy tests leaves to whoever runs it: this package reads no files and no SQL. */
export interface PolicyTestOptions {
  /** The policy that the file names. */
  loadPolicy(reference: string): Policy
  /** What a statement touches, by the catalogue that the file names. */
  analyze(
    sql: string,
    context: {
      readonly catalog: string | null
      readonly database: string | null
      readonly schema: string | null
    },
  ): StatementSummary
}

export interface PolicyTestResult {
  readonly name: string
  /** 1-based line of the file. */
  readonly line: number
  readonly passed: boolean
  /** What was expected and what came, one line each. Empty when it passed. */
  readonly differences: readonly string[]
  readonly decision: Decision
}

export interface PolicyTestReport {
  /** Not empty when the file could not be read: nothing ran then. */
  readonly problems: readonly PolicyProblem[]
  readonly results: readonly PolicyTestResult[]
  readonly passed: boolean
}

/** Runs the tests of one file. A test passes when everything that it expects is so. */
export const runPolicyTests = (text: string, options: PolicyTestOptions): PolicyTestReport => {
  const { suite, problems, lines } = readPolicyTests(text)
  if (suite === null) return { problems, results: [], passed: false }
  const policy = options.loadPolicy(suite.policy)
  const context = {
    catalog: suite.catalog ?? null,
    database: suite.database ?? null,
    schema: suite.schema ?? null,
  }
  const results = suite.tests.map((test, index): PolicyTestResult => {
    const decision = evaluate(policy, {
      principal: principalOf(suite, test),
      agent: agentSchema.parse({ id: 'policy-test', ...suite.agent, ...test.agent }),
      purpose: test.purpose ?? suite.purpose ?? '',
      now: new Date(test.at ?? '2026-01-01T12:00:00Z'),
      summary: options.analyze(test.sql, context),
    })
    const differences = compare(test.expect, decision)
    return { name: test.name, line: lines[index]!, passed: differences.length === 0, differences, decision }
  })
  return { problems: [], results, passed: results.every((result) => result.passed) }
}

const principalOf = ({ principals }: PolicyTestSuite, { principal }: PolicyTest): Principal =>
  typeof principal === 'string' ? principals[principal]! : principal

const compare = (expected: PolicyExpectation, decision: Decision): string[] => [
  ...differs('decision', expected.decision, decision.decision),
  ...differs('rules', expected.rules?.toSorted().join(', '), decision.rules.join(', ')),
  ...differs('profile', expected.profile, decision.profile),
  ...Object.entries(expected.columns ?? {}).flatMap(([name, mask]) => {
    const columns = decision.columns.filter((column) => column.name === name)
    if (columns.length === 0) return [`column ${name}: expected ${printMask(mask)}, there is no such output`]
    return columns.flatMap((column) => differs(`column ${name}`, printMask(mask), printMask(column.mask)))
  }),
  ...Object.entries(expected.limits ?? {}).flatMap(([name, value]) =>
    differs(`limit ${name}`, value, decision.limits[name as keyof typeof decision.limits]),
  ),
  ...includesAll(
    'reasons',
    expected.reasons,
    decision.reasons.map(({ code }) => code),
  ),
  ...includesAll(
    'wouldPass',
    expected.wouldPass,
    decision.wouldPass.map(({ kind }) => kind),
  ),
  ...compareApproval(expected.approval, decision),
]

const compareApproval = (expected: PolicyExpectation['approval'], { approval }: Decision): string[] => {
  if (expected === undefined) return []
  if (approval === null) return ['approval: expected one, none is asked for']
  return [
    ...differs('approvers', expected.approvers?.toSorted().join(', '), approval.approverGroups.join(', ')),
    ...differs('quorum', expected.quorum, approval.quorum),
    ...differs('role', expected.role, approval.role),
    ...differs('breakGlass', expected.breakGlass, approval.breakGlass),
  ]
}

const differs = <T>(name: string, expected: T | undefined, actual: T | undefined): string[] =>
  expected === undefined || expected === actual
    ? []
    : [
        `${name}: expected ${String(expected) || 'none'}, got ${actual === undefined || actual === '' ? 'none' : String(actual)}`,
      ]

const includesAll = (
  name: string,
  expected: readonly string[] | undefined,
  actual: readonly string[],
): string[] =>
  (expected ?? [])
    .filter((item) => !actual.includes(item))
    .map((item) => `${name}: expected ${item}, got ${actual.join(', ') || 'none'}`)
