import {
  type CompiledForbid,
  type CompiledPermit,
  type CompiledRule,
  isPermit,
} from '../compile/compiled-rule.ts'
import type { RuleIndex } from '../compile/rule-index.ts'
import type { Demand } from './demands.ts'

export type Combination =
  | { readonly kind: 'forbidden'; readonly forbids: readonly CompiledForbid[] }
  | { readonly kind: 'unpermitted'; readonly demands: readonly Demand[] }
  | { readonly kind: 'permitted'; readonly permits: readonly CompiledPermit[] }

/**
 * The rule of combination. Deny by default, forbid beats permit, every demand needs a permit, and every permit that
 * matches adds its obligations. The order of the rules never matters.
 */
export const combine = (
  demands: readonly Demand[],
  rules: readonly CompiledRule[],
  index: RuleIndex,
): Combination => {
  const about = demands.map(({ effect, resource }) => index.about(effect, resource))
  const matching = rules.filter((rule) => about.some((some) => some.has(rule)))
  const forbids = matching.filter((rule) => !isPermit(rule))
  if (forbids.length > 0) return { kind: 'forbidden', forbids: forbids as CompiledForbid[] }
  const permitted = demands.map((demand, at) => permitsFor(demand, rules.filter(isPermit), about[at]!))
  const open = demands.filter((_, at) => permitted[at]!.length === 0)
  if (open.length > 0 || demands.length === 0) return { kind: 'unpermitted', demands: open }
  const determining = new Set(permitted.flat())
  return { kind: 'permitted', permits: [...determining].sort(byId) }
}

/**
 * A select without a table (`SELECT 1`) touches no data: whoever may select anything may run it, and nobody is asked. An
 * approval is for the tables that its rule names.
 */
const permitsFor = (
  demand: Demand,
  permits: readonly CompiledPermit[],
  about: ReadonlySet<CompiledRule>,
): readonly CompiledPermit[] => {
  const direct = permits.filter((permit) => about.has(permit))
  if (direct.length > 0 || demand.effect !== 'select' || demand.resource !== null) return direct
  const selecting = permits.filter((permit) => permit.actions.has('select'))
  const free = selecting.filter(({ rule }) => rule.approval === undefined && rule.breakGlass === undefined)
  return free.length > 0 ? free : selecting.map(withoutApproval)
}

const withoutApproval = (permit: CompiledPermit): CompiledPermit => {
  const { approval: _approval, breakGlass: _breakGlass, ...rule } = permit.rule
  return { ...permit, rule }
}

const byId = (left: CompiledRule, right: CompiledRule): number => (left.rule.id < right.rule.id ? -1 : 1)
