import type { Effect } from '@snowfence/core'
import { isStage } from '../naming/name-pattern.ts'
import { type CompiledRule, isPermit } from './compiled-rule.ts'
import { remember } from './remember.ts'

/** Which rules are about an effect on a resource, whoever asks. */
export interface RuleIndex {
  /**
   * `null` is an effect that names no resource: only `*` is about it. No permit is about a stage that does not name one:
   * what lies in a stage has no columns that a mask could be put on, so nobody is to permit it without having meant it.
   */
  about(effect: Effect, resource: string | null): ReadonlySet<CompiledRule>
}

export const createRuleIndex = (rules: readonly CompiledRule[]): RuleIndex => {
  const byEffect = remember((effect) => rules.filter((rule) => rule.actions.has(effect as Effect)))
  const byResource = remember((key) => {
    const at = key.indexOf(' ')
    const resource = at === -1 ? null : key.slice(at + 1)
    const effect = at === -1 ? key : key.slice(0, at)
    return new Set(
      byEffect(effect).filter((rule) =>
        rule.resources.some((pattern) => {
          if (resource === null) return pattern.everything
          if (pattern.everything && isPermit(rule) && isStage(resource)) return false
          return pattern.matches(resource)
        }),
      ),
    )
  })
  return { about: (effect, resource) => byResource(resource === null ? effect : `${effect} ${resource}`) }
}
