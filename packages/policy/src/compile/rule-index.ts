import type { Effect } from '@snowfence/core'
import type { CompiledRule } from './compiled-rule.ts'
import { remember } from './remember.ts'

/** Which rules are about an effect on a resource, whoever asks. */
export interface RuleIndex {
  /** `null` is an effect that names no resource: only `*` is about it. */
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
        rule.resources.some((pattern) =>
          resource === null ? pattern.everything : pattern.matches(resource),
        ),
      ),
    )
  })
  return { about: (effect, resource) => byResource(resource === null ? effect : `${effect} ${resource}`) }
}
