import type { Asker, CompiledRule } from './compiled-rule.ts'

/** The rules that speak of an asker at a moment, and the ids of those that could not tell. */
export interface SpeakingRules {
  readonly rules: readonly CompiledRule[]
  readonly failed: readonly string[]
}

// INVARIANT: bounded, however many principals one process serves.
const REMEMBERED = 1000

/** Finds them, remembered by what the asker is and which rules are in force at the moment. */
export const createSpeakingRules = (rules: readonly CompiledRule[]) => {
  const timed = rules.filter((rule) => rule.timed)
  const known = new Map<string, SpeakingRules>()

  /** Equal for askers whom no rule can tell apart at this moment: by content, so a changed principal is another. */
  const keyOf = ({ principal, agent, purpose, now }: Asker): string =>
    JSON.stringify([principal, agent, purpose, timed.map((rule) => standing(rule, now)).join('')])

  const find = (asker: Asker, key: string = keyOf(asker)): SpeakingRules => {
    const remembered = known.get(key)
    if (remembered !== undefined) return remembered
    const speaking: CompiledRule[] = []
    const failed: string[] = []
    for (const rule of rules) {
      try {
        if (rule.speaksOf(asker)) speaking.push(rule)
      } catch {
        failed.push(rule.rule.id)
      }
    }
    if (known.size >= REMEMBERED) known.clear()
    const found = { rules: speaking, failed }
    known.set(key, found)
    return found
  }
  return { keyOf, find }
}

const standing = (rule: CompiledRule, now: Date): string => {
  try {
    return rule.inForce(now) ? '1' : '0'
  } catch {
    return '?'
  }
}
