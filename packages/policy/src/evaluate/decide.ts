import type { Decision, DecisionReason, StatementSummary } from '@snowfence/core'
import { type Asker, type CompiledForbid, type CompiledRule, isPermit } from '../compile/compiled-rule.ts'
import type { CompiledPolicy } from '../compile/policy.ts'
import { seeOutput } from './column-decisions.ts'
import { createColumnLens } from './column-lens.ts'
import { combine } from './combine.ts'
import { type Demand, demandsOf, printDemand } from './demands.ts'
import { isCountable } from './distinct-counts.ts'
import { groupGuard } from './group-guard.ts'
import type { Guard, GuardInput } from './guards.ts'
import { combineApprovals, combineLimits } from './obligations.ts'
import { createObservationGuard } from './observation-guard.ts'
import { createOtherStatements } from './other-statements.ts'
import { planGuard } from './plan-guard.ts'
import { createProfileGuard, profileOf } from './profile-guard.ts'
import { type ReasonCode, reason } from './reasons.ts'
import { subjectColumns } from './subject-columns.ts'
import { namedSubjects, subjectGuard } from './subject-guard.ts'
import { unclassifiedGuard } from './unclassified-guard.ts'
import { writeGuard } from './write-guard.ts'

/** A decision without what would pass instead. */
export type Verdict = Omit<Decision, 'wouldPass'>

/** What the guards looked at, for those who look for what would pass; null when it did not come to that. */
export interface Judged {
  readonly verdict: Verdict
  readonly input: GuardInput | null
}

/** Decides one statement for one asker. Total: whatever cannot be decided is denied. */
export const decide = (compiled: CompiledPolicy, asker: Asker, summary: StatementSummary): Judged => {
  const deny = (
    reasons: readonly DecisionReason[],
    rules: readonly string[] = [],
    rest: Partial<Verdict> = {},
    input: GuardInput | null = null,
  ): Judged => ({
    input,
    verdict: {
      decision: 'deny',
      columns: [],
      limits: {},
      approval: null,
      profile: 'safe-harbor',
      subjects: [],
      ...rest,
      rules,
      reasons: inOperatorsWords(compiled, reasons),
      policy: versionOf(compiled),
    },
  })

  if (summary.status === 'unsupported') {
    // What it touches is unknown; that a rule forbids its effects everywhere can still be told.
    const everywhere = summary.effects.map((effect) => ({ effect, resource: null }))
    const combination = combine(everywhere, compiled.speaking.find(asker).rules, compiled.index)
    const forbids = combination.kind === 'forbidden' ? combination.forbids : []
    return deny(
      [
        ...forbids.map((rule) => refuseByRule(rule, everywhere, compiled)),
        reason('statement-not-understood', { message: summary.reason.message, hint: summary.reason.hint }),
      ],
      idsOf(forbids),
    )
  }
  const demands = demandsOf(summary)
  const { rules, failed } = compiled.speaking.find(asker)
  if (failed.length > 0) {
    return deny(
      [reason('rule-failed', { message: `the rule ${failed.join(', ')} could not be evaluated` })],
      failed,
    )
  }

  const combination = combine(demands, rules, compiled.index)
  if (combination.kind === 'forbidden') {
    const reasons = combination.forbids.map((rule) => refuseByRule(rule, demands, compiled))
    return deny(reasons, idsOf(combination.forbids))
  }
  if (combination.kind === 'unpermitted') {
    return deny(
      combination.demands.length === 0
        ? [reason('nothing-to-decide')]
        : combination.demands.map((demand) => refuseWithoutPermit(demand, asker, rules)),
    )
  }

  const { permits } = combination
  const lens = createColumnLens(compiled, permits, summary)
  const outputs = summary.outputs.map((output) =>
    seeOutput(output, lens, (flow) => isCountable(flow, { lens, summary, permits })),
  )
  const input: GuardInput = {
    summary,
    permits,
    classifier: compiled.classifier,
    lens,
    outputs,
    others: createOtherStatements(compiled, asker),
  }
  const approval = combineApprovals(permits)
  const shown = {
    columns: outputs.map((output) => output.decision),
    limits: combineLimits(permits),
    profile: profileOf(outputs),
    subjects: subjectColumns(summary, input.classifier),
    ...namedSubjects(input),
  }
  const guards: readonly Guard[] = [
    unclassifiedGuard,
    createObservationGuard(compiled.policy.document),
    planGuard,
    writeGuard,
    groupGuard,
    subjectGuard,
    createProfileGuard(compiled.policy.document),
  ]
  const refusals = guards.flatMap((guard) => guard(input))
  if (approval === 'conflict') refusals.push(reason('approvals-conflict'))
  if (refusals.length > 0 || approval === 'conflict') return deny(refusals, idsOf(permits), shown, input)

  const verdict: Verdict = {
    ...shown,
    decision: approval === null ? 'allow' : 'needs-approval',
    rules: idsOf(permits),
    approval,
    reasons:
      approval === null
        ? []
        : inOperatorsWords(compiled, [
            reason(approval.breakGlass ? 'needs-break-glass' : 'needs-approval', {
              message: askInWords(permits, approval.rule, approval.breakGlass, approval.approverGroups),
            }),
          ]),
    policy: versionOf(compiled),
  }
  return { verdict, input }
}

const versionOf = ({ policy }: CompiledPolicy) => ({ version: policy.version, digest: policy.digest })

const idsOf = (rules: readonly CompiledRule[]): string[] => rules.map(({ rule }) => rule.id).sort()

const refuseByRule = (
  forbid: CompiledForbid,
  demands: readonly Demand[],
  { index }: CompiledPolicy,
): DecisionReason => {
  const refused = demands.filter(({ effect, resource }) => index.about(effect, resource).has(forbid))
  const what = refused.map(printDemand).join(', ')
  return reason('forbidden-by-rule', {
    message: forbid.rule.message ?? `the rule ${forbid.rule.id} forbids ${what}`,
    hint: `leave out ${what}: the rule ${forbid.rule.id} forbids it`,
  })
}

const refuseWithoutPermit = (
  demand: Demand,
  { purpose }: Asker,
  rules: readonly CompiledRule[],
): DecisionReason => {
  const permitted = rules.flatMap((rule) =>
    isPermit(rule) && rule.actions.has(demand.effect) ? rule.rule.resources : [],
  )
  const named = [...new Set(permitted)].sort().slice(0, 8)
  return reason('no-permit', {
    message: `no rule permits ${printDemand(demand)} to this principal for the purpose ${purpose}`,
    ...(named.length > 0 && {
      hint: `rules permit \`${demand.effect}\` on ${named.join(', ')}; for more, ask the owner of the policy`,
    }),
  })
}

const askInWords = (
  permits: readonly CompiledRule[],
  rules: string,
  breakGlass: boolean,
  groups: readonly string[],
): string => {
  const asking = new Set(rules.split(', '))
  const own = permits.flatMap(({ rule }) => (asking.has(rule.id) ? (rule.message ?? []) : []))
  if (own.length > 0) return own.join('; ')
  return breakGlass
    ? `emergency access by the rule ${rules}: granted at once, and reviewed by ${groups.join(' or ')} without fail`
    : `the rule ${rules} asks for the approval of ${groups.join(' or ')}`
}

/** The policy's own texts by reason code. A rule's own message has been put in before, and stands. */
const inOperatorsWords = (
  { policy }: CompiledPolicy,
  reasons: readonly DecisionReason[],
): readonly DecisionReason[] =>
  reasons.map((given) => {
    const text = policy.document.messages[given.code as ReasonCode]
    return text === undefined ? given : { ...given, message: `${text} (${given.message})` }
  })
