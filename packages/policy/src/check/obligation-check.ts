import type { Finding } from '../document/policy-problem.ts'
import type { PermitRule } from '../document/rule-schema.ts'
import type { CheckOptions } from './check-policy.ts'
import { nearest } from './nearest.ts'
import type { PolicyParts } from './policy-parts.ts'

/** What the program that loads a policy can do to keep its obligations. */
export interface PolicySetup {
  /** Whether a person can be asked before a statement runs. */
  readonly approvals: boolean
  /** Whether access can be granted at once and reviewed afterwards. */
  readonly breakGlass: boolean
  /** The roles that an approved statement can be given; null when they are not known beforehand. */
  readonly elevatedRoles: readonly string[] | null
}

/** Obligations that cannot be kept where the policy is loaded. Nothing is looked for when that is not known. */
export const checkObligations = ({ rules }: PolicyParts, { setup }: CheckOptions): Finding[] => {
  if (setup === undefined) return []
  return rules.flatMap(({ value, path }) => (value.effect === 'permit' ? findingsOf(value, path, setup) : []))
}

const findingsOf = (rule: PermitRule, path: readonly PropertyKey[], setup: PolicySetup): Finding[] => [
  ...(rule.approval !== undefined && !setup.approvals
    ? [
        notKept(
          [...path, 'approval'],
          'nobody can be asked for this approval here',
          'give the local governance an `approvals` function, use a broker, or remove the rule',
        ),
      ]
    : []),
  ...(rule.breakGlass !== undefined && !setup.breakGlass
    ? [
        notKept(
          [...path, 'breakGlass'],
          'break-glass access is not granted at once here, and nothing makes sure that it is reviewed',
          'write `approval` where a person may decide first, or remove the rule',
        ),
      ]
    : []),
  ...checkRole(rule, path, setup),
]

const checkRole = (
  rule: PermitRule,
  path: readonly PropertyKey[],
  { elevatedRoles }: PolicySetup,
): Finding[] => {
  const obligation = rule.approval === undefined ? 'breakGlass' : 'approval'
  const role = rule[obligation]?.role
  if (role === undefined || elevatedRoles === null || elevatedRoles.includes(role)) return []
  const close = nearest(role, new Set(elevatedRoles))
  return [
    notKept(
      [...path, obligation, 'role'],
      `the role \`${role}\` is not configured, so no statement can be given it`,
      close === null
        ? 'add it to `elevatedRoles` in the broker configuration, or correct its name'
        : `did you mean \`${close}\`?`,
      false,
    ),
  ]
}

const notKept = (path: readonly PropertyKey[], message: string, hint: string, atKey = true): Finding => ({
  severity: 'error',
  code: 'obligation-not-kept',
  message,
  hint,
  path,
  atKey,
})
