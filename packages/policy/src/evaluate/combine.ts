import {
  type CompiledForbid,
  type CompiledPermit,
  type CompiledRule,
  isPermit,
} from '../compile/compiled-rule.ts'
import type { Demand } from './demands.ts'

export type Combination =
  | { readonly kind: 'forbidden'; readonly forbids: readonly CompiledForbid[] }
  | { readonly kind: 'unpermitted'; readonly demands: readonly Demand[] }
  | { readonly kind: 'permitted'; readonly permits: readonly CompiledPermit[] }

/**
 * The rule of combination. Deny by default, forbid beats permit, every demand needs a permit, and every permit that
 * matches adds its obligations. The order of the rules never matters.
 */
export const combine = (demands: readonly Demand[], rules: readonly CompiledRule[]): Combination => {
  const matching = rules.filter((rule) => demands.some((demand) => matches(rule, demand)))
  const forbids = matching.filter((rule) => !isPermit(rule)) as CompiledForbid[]
  if (forbids.length > 0) return { kind: 'forbidden', forbids }
  const permits = matching.filter(isPermit)
  const open = demands.filter((demand) => !permits.some((permit) => matches(permit, demand)))
  if (open.length > 0 || demands.length === 0) return { kind: 'unpermitted', demands: open }
  return { kind: 'permitted', permits }
}

/** Whether a rule is about a demand. An effect on nothing named needs `*`; a select of nothing touches no data. */
export const matches = (rule: CompiledRule, { effect, resource }: Demand): boolean => {
  if (!rule.actions.has(effect)) return false
  if (resource !== null) return rule.resources.some((pattern) => pattern.matches(resource))
  return rule.resources.some((pattern) => pattern.everything) || (effect === 'select' && isPermit(rule))
}
