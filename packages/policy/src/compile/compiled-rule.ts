import type { Agent, Effect, Principal } from '@snowfence/core'
import type { ForbidRule, PermitRule, Rule } from '../document/rule-schema.ts'
import { compileGlob, type Glob } from '../naming/glob.ts'
import { compileNamePattern, type NamePattern } from '../naming/name-pattern.ts'
import { isInside } from './time-windows.ts'

/** Who asks, for what, when. */
export interface Asker {
  readonly principal: Principal
  readonly agent: Agent
  readonly purpose: string
  readonly now: Date
}

interface Compiled<R extends Rule> {
  readonly rule: R
  readonly actions: ReadonlySet<Effect>
  readonly resources: readonly NamePattern[]
  readonly timed: boolean
  /** Whether the rule speaks of this asker. @throws when it cannot be told: the statement is denied then. */
  speaksOf(asker: Asker): boolean
  /** Whether the rule is in force at a moment. */
  inForce(now: Date): boolean
}

export type CompiledPermit = Compiled<PermitRule> & { readonly reveal: ReadonlySet<string> }
export type CompiledForbid = Compiled<ForbidRule>
export type CompiledRule = CompiledPermit | CompiledForbid

export const isPermit = (compiled: CompiledRule): compiled is CompiledPermit =>
  compiled.rule.effect === 'permit'

export const compileRule = (rule: Rule): CompiledRule => {
  const principal = compilePrincipals(rule)
  const agent = compileAgentConditions(rule)
  const purposes = rule.purposes === undefined ? null : new Set(rule.purposes)
  const inForce = (now: Date): boolean => {
    const time = now.getTime()
    if (Number.isNaN(time)) throw new RangeError('the present moment is not a date')
    if (rule.validFrom !== undefined && time < rule.validFrom) return false
    if (rule.validUntil !== undefined && time >= rule.validUntil) return false
    return rule.times === undefined || rule.times.some((window) => isInside(window, now))
  }
  const shared = {
    actions: new Set(rule.actions),
    resources: rule.resources.map((text) => compileNamePattern(text)!),
    timed: rule.times !== undefined || rule.validFrom !== undefined || rule.validUntil !== undefined,
    inForce,
    speaksOf: (asker: Asker) =>
      (purposes === null || purposes.has(asker.purpose)) &&
      principal(asker) &&
      agent(asker.agent) &&
      inForce(asker.now),
  }
  return rule.effect === 'permit' ? { ...shared, rule, reveal: new Set(rule.reveal) } : { ...shared, rule }
}

const compilePrincipals = ({ principals }: Rule): ((asker: Asker) => boolean) => {
  if (principals === undefined) return () => true
  const groups = principals.groups === undefined ? null : new Set(principals.groups)
  const subjects = principals.subjects === undefined ? null : new Set(principals.subjects)
  const issuers = principals.issuers === undefined ? null : new Set(principals.issuers)
  const agents = principals.agents?.map((text) => compileGlob(text)) ?? null
  const claims = Object.entries(principals.claims ?? {})
  return ({ principal, agent }) =>
    (groups === null || principal.groups.some((group) => groups.has(group))) &&
    (subjects === null || subjects.has(principal.subject)) &&
    (issuers === null || issuers.has(principal.issuer)) &&
    (agents === null || agents.some((glob) => glob.matches(agent.id))) &&
    claims.every(([name, accepted]) =>
      claimFits(Object.hasOwn(principal.claims, name) ? principal.claims[name] : undefined, accepted),
    )
}

/** A claim is verified, so one that is missing is known to be missing, and does not fit. */
const claimFits = (claim: unknown, accepted: readonly (string | number | boolean)[]): boolean => {
  if (claim === undefined || claim === null) return false
  const items: readonly unknown[] = Array.isArray(claim) ? claim : [claim]
  return items.some((item) => {
    if (typeof item !== 'string' && typeof item !== 'number' && typeof item !== 'boolean') {
      throw new TypeError('a claim holds something that cannot be compared')
    }
    return accepted.includes(item)
  })
}

/**
 * What an agent says about itself is unverified, and what it leaves out is unknown. Unknown never helps it: a permit
 * does not apply, a forbid does.
 */
const compileAgentConditions = ({ when, effect }: Rule): ((agent: Agent) => boolean) => {
  if (when?.agent === undefined) return () => true
  const { stated, ...fields } = when.agent
  const conditions = Object.entries(fields).map(
    ([field, globs = []]) => [field as keyof Agent, globs.map((text) => compileGlob(text))] as const,
  )
  const fits = (value: string | undefined, globs: readonly Glob[]) =>
    value === undefined ? effect === 'forbid' : globs.some((glob) => glob.matches(value))
  return (agent) =>
    conditions.every(([field, globs]) => fits(agent[field], globs)) &&
    (stated ?? []).every((field) => agent[field] !== undefined && agent[field] !== '')
}
