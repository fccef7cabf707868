import type { Finding } from '../document/policy-problem.ts'
import type { Rule } from '../document/rule-schema.ts'
import { compileNamePattern } from '../naming/name-pattern.ts'
import type { Placed, PolicyParts } from './policy-parts.ts'
import { addsNothing, coversRule } from './rule-coverage.ts'

/**
 * Rules that can never fire, can never have an effect, or say what another rule says already. What another rule makes
 * idle is only pointed out: a broad forbid must load in an emergency, whatever it leaves without effect.
 */
export const checkReachability = (parts: PolicyParts): Finding[] => [
  ...parts.rules.flatMap((rule) => neverFires(rule)),
  ...parts.rules.flatMap((rule, index) => overruled(rule, index, parts.rules)),
  ...parts.rules.flatMap((rule) => revealsNothing(rule, parts)),
]

// These effects happen to a session or an account and never name a table, a stage or a function.
const unnamed = new Set(['session', 'transaction', 'grant', 'share'])
const ofStages = new Set(['export', 'put', 'get', 'select', 'delete', 'metadata'])
// These happen to a stage and to nothing else, and `*` permits nothing with one.
const ofStagesAlone = new Set(['put', 'get'])

const neverFires = ({ value: rule, path }: Placed<Rule>): Finding[] => {
  const finding = (message: string, hint: string, ...at: PropertyKey[]): Finding => ({
    severity: 'error',
    code: 'rule-never-fires',
    message: `the rule \`${rule.id}\` can never fire: ${message}`,
    hint,
    path: [...path, ...at],
  })
  const findings: Finding[] = []
  if (rule.validFrom !== undefined && rule.validUntil !== undefined && rule.validFrom >= rule.validUntil) {
    findings.push(finding('it ends before it begins', 'correct `validFrom` or `validUntil`', 'validUntil'))
  }
  const kinds = new Set(
    rule.resources.map((text) =>
      text === '*' ? '*' : (/^(stage|function):/i.exec(text)?.[1] ?? 'table').toLowerCase(),
    ),
  )
  if (!kinds.has('*') || rule.effect === 'permit') {
    const idle = rule.actions.filter((action) => {
      if (kinds.has('*')) return ofStagesAlone.has(action) && !kinds.has('stage')
      if (unnamed.has(action)) return true
      if (action === 'put' || action === 'get') return !kinds.has('stage')
      if (action === 'call') return !kinds.has('function')
      if (kinds.has('table')) return false
      return !(kinds.has('stage') && ofStages.has(action))
    })
    if (idle.length === rule.actions.length) {
      findings.push(
        finding(
          `${idle.map((action) => `\`${action}\``).join(', ')} never happens to the resources it names`,
          idle.some((action) => ofStagesAlone.has(action))
            ? 'name a stage, such as `stage:@DB.SCHEMA.NAME`'
            : "name the resources the action happens to, or '*'",
          'resources',
        ),
      )
    }
  }
  return findings
}

const overruled = (
  { value: rule, path }: Placed<Rule>,
  index: number,
  rules: readonly Placed<Rule>[],
): Finding[] => {
  const others = rules.filter((other, position) => position !== index && coversRule(other.value, rule))
  const forbid = others.find(({ value }) => value.effect === 'forbid')
  if (rule.effect === 'permit' && forbid !== undefined) {
    return [
      {
        severity: 'warning',
        code: 'unreachable-rule',
        message: `the rule \`${rule.id}\` can never permit anything: \`${forbid.value.id}\` forbids all of it`,
        hint: 'remove the rule, or narrow the one that forbids',
        path: [...path, 'id'],
      },
    ]
  }
  const twin = others.find(
    (other) =>
      other.value.effect === rule.effect &&
      addsNothing(rule, other.value) &&
      // Of two rules that say the same, the second is the one too many.
      (rules.indexOf(other) < index || !(coversRule(rule, other.value) && addsNothing(other.value, rule))),
  )
  if (twin === undefined) return []
  return [
    {
      severity: 'warning',
      code: 'shadowed-rule',
      message: `the rule \`${rule.id}\` changes nothing: \`${twin.value.id}\` already says it`,
      hint: 'remove the rule, or say what it should change',
      path: [...path, 'id'],
    },
  ]
}

const revealsNothing = ({ value: rule, path }: Placed<Rule>, parts: PolicyParts): Finding[] => {
  if (rule.effect === 'forbid' || rule.reveal === undefined) return []
  const finding = (message: string, hint: string, at: readonly PropertyKey[]): Finding => ({
    severity: 'warning',
    code: 'reveal-without-effect',
    message: `the rule \`${rule.id}\` reveals nothing: ${message}`,
    hint,
    path: [...path, 'reveal', ...at],
  })
  if (!rule.actions.includes('select')) {
    return [finding('its actions do not include `select`', 'add `select`, or remove `reveal`', [])]
  }
  const anywhere = new Set([...parts.tags, ...parts.patterns].map(({ value }) => value.class))
  const patterns = rule.resources.flatMap((text) => compileNamePattern(text) ?? [])
  return rule.reveal.flatMap((name, index) => {
    if (!parts.classNames.has(name) || anywhere.has(name)) return []
    const reachable = parts.resources.some(({ value }) => {
      const table = compileNamePattern(value.table)!
      return (
        Object.values(value.columns).includes(name) && patterns.some((pattern) => pattern.overlaps(table))
      )
    })
    if (reachable) return []
    return finding(`no column of class \`${name}\` is in its resources`, 'correct `resources` or `reveal`', [
      index,
    ])
  })
}
