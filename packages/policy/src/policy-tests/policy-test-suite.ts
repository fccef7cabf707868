import { agentSchema, maskSchema, principalSchema } from '@snowfence/core'
import * as z from 'zod'
import { CLEAR } from '../document/policy-document.ts'
import type { PolicyProblem } from '../document/policy-problem.ts'
import { readYaml } from '../document/read-yaml.ts'
import { shapeFindings } from '../document/shape-findings.ts'
import { reasonCodes } from '../evaluate/reasons.ts'

const principal = principalSchema.extend({
  issuer: z.string().default('https://issuer.test'),
  groups: z.array(z.string()).default([]),
})
const agent = agentSchema.partial({ id: true })

const expectation = z
  .strictObject({
    decision: z.enum(['allow', 'deny', 'needs-approval']).optional(),
    /** Exactly the ids of the rules that decided, in any order. */
    rules: z.array(z.string()).optional(),
    /** The mask of each output named, or `clear`. */
    columns: z.record(z.string(), z.union([z.literal(CLEAR).transform(() => null), maskSchema])).optional(),
    /** Reason codes that must be among those given. */
    reasons: z.array(z.enum(reasonCodes)).optional(),
    /** Limits that must be among those given. */
    limits: z.record(z.string(), z.number()).optional(),
    profile: z.enum(['safe-harbor', 'limited-data-set', 'full']).optional(),
    approval: z
      .strictObject({
        approvers: z.array(z.string()).optional(),
        quorum: z.int().optional(),
        role: z.string().nullable().optional(),
        breakGlass: z.boolean().optional(),
      })
      .optional(),
    /** Kinds of remedy that must be among those found. */
    wouldPass: z.array(z.string()).optional(),
  })
  .refine((value) => Object.keys(value).length > 0, 'a test expects at least one thing')

const suiteSchema = z.strictObject({
  /** The policy's file, relative to this one. */
  policy: z.string(),
  /** A catalogue's JSON file, relative to this one. */
  catalog: z.string().optional(),
  database: z.string().optional(),
  schema: z.string().optional(),
  /** Who the tests speak of, by a short name. */
  principals: z.record(z.string(), principal).default({}),
  agent: agent.optional(),
  purpose: z.string().optional(),
  tests: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        principal: z.union([z.string(), principal]),
        agent: agent.optional(),
        purpose: z.string().optional(),
        /** When it is asked, for rules with times. */
        at: z.iso.datetime({ offset: true }).optional(),
        sql: z.string(),
        expect: expectation,
      }),
    )
    .min(1),
})

export type PolicyTestSuite = z.output<typeof suiteSchema>
export type PolicyTest = PolicyTestSuite['tests'][number]
export type PolicyExpectation = PolicyTest['expect']

export interface ReadPolicyTests {
  /** Null when there are problems. */
  readonly suite: PolicyTestSuite | null
  readonly problems: readonly PolicyProblem[]
  /** The line on which each test begins. */
  readonly lines: readonly number[]
}

/** Reads a file of policy tests and tells everything that is wrong with its form. */
export const readPolicyTests = (text: string): ReadPolicyTests => {
  const yaml = readYaml(text)
  if (yaml.problems.length > 0) return { suite: null, problems: yaml.problems, lines: [] }
  const shape = suiteSchema.safeParse(yaml.data)
  if (!shape.success) {
    return {
      suite: null,
      problems: shapeFindings(shape.error).map((finding) => yaml.locate(finding)),
      lines: [],
    }
  }
  const place = (path: readonly PropertyKey[], message: string): PolicyProblem =>
    yaml.locate({ severity: 'error', code: 'wrong-form', message, hint: 'see docs/policy.md', path })
  const problems = shape.data.tests.flatMap((test, index) => [
    ...(typeof test.principal === 'string' && !Object.hasOwn(shape.data.principals, test.principal)
      ? [
          place(
            ['tests', index, 'principal'],
            `\`${test.principal}\` is not one of the principals of this file`,
          ),
        ]
      : []),
    ...(test.purpose === undefined && shape.data.purpose === undefined
      ? [
          place(
            ['tests', index],
            `the test \`${test.name}\` states no purpose, and the file has none for all`,
          ),
        ]
      : []),
  ])
  return {
    suite: problems.length === 0 ? shape.data : null,
    problems,
    lines: shape.data.tests.map((_, index) => place(['tests', index], '').line),
  }
}
