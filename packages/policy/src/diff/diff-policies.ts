import type { Decision, Mask } from '@snowfence/core'
import type { Policy } from '../compile/policy.ts'
import { type EvaluationRequest, evaluate } from '../evaluate/evaluate.ts'
import { strictestMask } from '../evaluate/strictest-mask.ts'
import { printMask } from '../explain/print-mask.ts'

/** A statement that was, or could be, run. */
export interface RecordedStatement extends EvaluationRequest {
  readonly id: string
}

export interface PolicyDifference {
  readonly id: string
  readonly before: Decision
  readonly after: Decision
  /** `looser` shows or allows more in some way and less in none; `changed` is neither way, or both. */
  readonly direction: 'looser' | 'stricter' | 'changed'
  /** What changed, one line each. */
  readonly changes: readonly string[]
}

/** Which of the statements are decided differently by a new state of a policy. */
export const diffPolicies = (
  before: Policy,
  after: Policy,
  statements: readonly RecordedStatement[],
): PolicyDifference[] =>
  statements.flatMap(({ id, ...request }) => {
    const difference = diffDecisions(evaluate(before, request), evaluate(after, request))
    return difference === null ? [] : { id, ...difference }
  })

type Step = 'looser' | 'stricter' | 'changed'

interface Change {
  readonly text: string
  readonly step: Step
}

const diffDecisions = (before: Decision, after: Decision): Omit<PolicyDifference, 'id'> | null => {
  const changes: Change[] = [
    ...decisionChange(before, after),
    ...columnChanges(before, after),
    ...same('limits', before.limits, after.limits),
    ...same('approval', before.approval, after.approval),
    ...same('rules', before.rules, after.rules),
    ...same('reasons', codes(before), codes(after)),
  ]
  if (changes.length === 0) return null
  const telling = new Set(changes.map(({ step }) => step).filter((step) => step !== 'changed'))
  const direction = telling.size === 1 ? [...telling][0]! : 'changed'
  return { before, after, direction, changes: changes.map(({ text }) => text) }
}

const openness: Readonly<Record<Decision['decision'], number>> = { deny: 0, 'needs-approval': 1, allow: 2 }

const decisionChange = (before: Decision, after: Decision): Change[] => {
  if (before.decision === after.decision) return []
  const step = openness[after.decision] > openness[before.decision] ? 'looser' : 'stricter'
  return [{ step, text: `decision: ${before.decision} -> ${after.decision}` }]
}

/** Masks of a denied statement are nobody's: only where rows come back on both sides are they compared. */
const columnChanges = (before: Decision, after: Decision): Change[] => {
  if (before.decision === 'deny' || after.decision === 'deny') return []
  return before.columns.flatMap(({ name, mask }, index): Change[] => {
    const now = after.columns[index]?.mask ?? null
    if (printMask(mask) === printMask(now)) return []
    return [
      {
        step: compareMasks(mask, now),
        text: `${name ?? `#${index + 1}`}: ${printMask(mask)} -> ${printMask(now)}`,
      },
    ]
  })
}

const compareMasks = (before: Mask | null, after: Mask | null): Step => {
  const strictest = printMask(strictestMask([before, after].filter((mask) => mask !== null)))
  if (strictest === printMask(before)) return 'looser'
  return strictest === printMask(after) ? 'stricter' : 'changed'
}

const codes = ({ reasons }: Decision): string[] => reasons.map(({ code }) => code).sort()

const same = (name: string, before: unknown, after: unknown): Change[] => {
  const [left, right] = [JSON.stringify(before), JSON.stringify(after)]
  return left === right ? [] : [{ step: 'changed', text: `${name}: ${left} -> ${right}` }]
}
