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
  const forbids = rules.filter((rule) => !isPermit(rule) && demands.some((demand) => matches(rule, demand)))
  if (forbids.length > 0) return { kind: 'forbidden', forbids: forbids as CompiledForbid[] }
  const permits = rules.filter(isPermit)
  const permitted = demands.map((demand) => permitsFor(demand, permits))
  const open = demands.filter((_, index) => permitted[index]!.length === 0)
  if (open.length > 0 || demands.length === 0) return { kind: 'unpermitted', demands: open }
  const determining = new Set(permitted.flat())
  return { kind: 'permitted', permits: permits.filter((permit) => determining.has(permit)) }
}

/** Whether a rule is about a demand. Only `*` is about an effect that names no resource. */
export const matches = (rule: CompiledRule, { effect, resource }: Demand): boolean =>
  rule.actions.has(effect) &&
  rule.resources.some((pattern) => (resource === null ? pattern.everything : pattern.matches(resource)))

/**
 * A select of nothing (`SELECT 1`) touches no data: whoever may select anything may run it, and it waits for nobody
 * as long as one of those permits does not.
 */
const permitsFor = (demand: Demand, permits: readonly CompiledPermit[]): readonly CompiledPermit[] => {
  const direct = permits.filter((permit) => matches(permit, demand))
  if (direct.length > 0 || demand.effect !== 'select' || demand.resource !== null) return direct
  const selecting = permits.filter((permit) => permit.actions.has('select'))
  const free = selecting.filter(({ rule }) => rule.approval === undefined && rule.breakGlass === undefined)
  return free.length > 0 ? free : selecting
}
