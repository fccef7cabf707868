import type { ApprovalRequirement, Decision, DecisionReason, Limits, Mask, Remedy } from '@snowfence/core'

/** A decision as data for an agent: what `snowfence policy explain --json` prints. */
export interface Explanation {
  readonly decision: Decision['decision']
  readonly rules: readonly string[]
  readonly columns: readonly {
    readonly name: string | null
    readonly sources: readonly string[]
    readonly classes: readonly string[]
    readonly mask: Mask | null
    readonly because: string
  }[]
  readonly limits: Limits
  readonly approval: ApprovalRequirement | null
  readonly reasons: readonly DecisionReason[]
  readonly wouldPass: readonly Remedy[]
  readonly profile: Decision['profile']
  readonly policy: Decision['policy']
}

export const explainDecision = (decision: Decision): Explanation => ({
  decision: decision.decision,
  rules: decision.rules,
  columns: decision.columns.map(({ name, sources, classes, mask, because }) => ({
    name,
    sources,
    classes,
    mask,
    because,
  })),
  limits: decision.limits,
  approval: decision.approval,
  reasons: decision.reasons,
  wouldPass: decision.wouldPass,
  profile: decision.profile,
  policy: decision.policy,
})
