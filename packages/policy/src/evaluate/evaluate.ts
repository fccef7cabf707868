import type { Agent, Decision, Principal, StatementSummary } from '@snowfence/core'
import { type CompiledPolicy, compiledOf, type Policy } from '../compile/policy.ts'
import { decide } from './decide.ts'
import { findRemedies } from './remedies.ts'

/** Everything a decision depends on besides the policy. */
export interface EvaluationRequest {
  readonly principal: Principal
  readonly agent: Agent
  /** HL7 v3 PurposeOfUse, or a code of the operator's own. */
  readonly purpose: string
  /** As `@snowfence/sql` made it. INVARIANT: never changed afterwards; decisions are remembered by the object. */
  readonly summary: StatementSummary
  readonly now: Date
}

/**
 * May they, and with what obligations. Pure and total: the same request under the same policy gives the same
 * decision, and whatever cannot be decided is denied.
 *
 * @throws TypeError when the policy was not made by `parsePolicy` or `checkPolicy`.
 */
export const evaluate = (policy: Policy, request: EvaluationRequest): Decision => {
  const compiled = compiledOf(policy)
  const { summary, ...asker } = request
  const known = decisionsFor(compiled, summary)
  const key = compiled.speaking.keyOf(asker)
  const remembered = known.get(key)
  if (remembered !== undefined) return remembered
  const judged = decide(compiled, asker, summary)
  const decision = freeze({ ...judged.verdict, wouldPass: findRemedies(compiled, asker, summary, judged) })
  // INVARIANT: bounded, however many principals one process serves.
  if (known.size >= 256) known.clear()
  known.set(key, decision)
  return decision
}

const remembered = new WeakMap<CompiledPolicy, WeakMap<StatementSummary, Map<string, Decision>>>()

const decisionsFor = (compiled: CompiledPolicy, summary: StatementSummary): Map<string, Decision> => {
  let bySummary = remembered.get(compiled)
  if (bySummary === undefined) {
    bySummary = new WeakMap()
    remembered.set(compiled, bySummary)
  }
  let byAsker = bySummary.get(summary)
  if (byAsker === undefined) {
    byAsker = new Map()
    bySummary.set(summary, byAsker)
  }
  return byAsker
}

/** A remembered decision is handed out many times: nobody may change it. */
const freeze = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const member of Object.values(value)) freeze(member)
  }
  return value
}
