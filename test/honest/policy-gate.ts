import { readFileSync } from 'node:fs'
import path from 'node:path'
import { catalogSchema, type Decision, type StatementSummary } from '@snowfence/core'
import { evaluate, type Policy, parsePolicy } from '@snowfence/policy'
import { createSqlAnalyzer } from '@snowfence/sql'
import * as z from 'zod'

const principalsSchema = z.record(
  z.string(),
  z.strictObject({
    subject: z.string(),
    groups: z.array(z.string()),
    claims: z.record(z.string(), z.unknown()).default({}),
    task: z.string().optional(),
  }),
)

/** Who asks what, under which policy. */
export interface Question {
  /** A policy of `examples/policies`, without the ending. */
  readonly policy: string
  /** A name of `principals.json`. */
  readonly principal: string
  readonly purpose: string
  readonly sql: string
}

export interface Judgement {
  readonly summary: StatementSummary
  readonly decision: Decision
}

export interface PolicyGate {
  judge(question: Question): Judgement
}

const policyFolder = path.resolve(import.meta.dirname, '../../examples/policies')
const readPolicyFile = (name: string): string => readFileSync(path.join(policyFolder, name), 'utf8')

/** Inside the office hours that the policy of minimum necessity gives to billing. */
const officeHours = new Date('2026-11-23T15:00:00Z')

/** The shipped policies over the shipped catalogue: analysis and decision, without a warehouse. */
export const createPolicyGate = async (): Promise<PolicyGate> => {
  const analyzer = await createSqlAnalyzer()
  const catalog = catalogSchema.parse(JSON.parse(readPolicyFile('catalog.json')))
  const principals = principalsSchema.parse(
    JSON.parse(readFileSync(path.join(import.meta.dirname, 'principals.json'), 'utf8')),
  )
  const policies = new Map<string, Policy>()
  const policyOf = (name: string): Policy => {
    const policy = policies.get(name) ?? parsePolicy(readPolicyFile(`${name}.yaml`))
    policies.set(name, policy)
    return policy
  }
  return {
    judge({ policy, principal: name, purpose, sql }) {
      const principal = principals[name]
      if (principal === undefined) throw new TypeError(`principals.json has no ${name}`)
      const { task, ...known } = principal
      const { summary } = analyzer.analyze(sql, { catalog, database: 'CLINIC', schema: 'PUBLIC' })
      const decision = evaluate(policyOf(policy), {
        principal: { issuer: 'https://login.example', ...known },
        agent: { id: 'honest', ...(task === undefined ? {} : { task }) },
        purpose,
        now: officeHours,
        summary,
      })
      return { summary, decision }
    },
  }
}
