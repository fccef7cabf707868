import type { ApprovalRequirement, Limits } from '@snowfence/core'
import type { CompiledPermit } from '../compile/compiled-rule.ts'

/** US practice suppresses groups of fewer than 11 people (CMS cell suppression policy). */
export const DEFAULT_MINIMUM_GROUP_SIZE = 11

const least = (values: readonly (number | undefined)[]): number | undefined => {
  const given = values.filter((value) => value !== undefined)
  return given.length === 0 ? undefined : Math.min(...given)
}

const greatest = (values: readonly (number | undefined)[]): number | undefined => {
  const given = values.filter((value) => value !== undefined)
  return given.length === 0 ? undefined : Math.max(...given)
}

/** The limits of all permits together: for each the one that allows least. */
export const combineLimits = (permits: readonly CompiledPermit[]): Limits => {
  const all = permits.flatMap((permit) => permit.rule.limits ?? [])
  const rows = least(all.map((limits) => limits.rows))
  const statementsPerHour = least(all.map((limits) => limits.statementsPerHour))
  const subjectsPerTask = least(all.map((limits) => limits.subjectsPerTask))
  const subjectsPerDay = least(all.map((limits) => limits.subjectsPerDay))
  const minimumGroupSize = greatest(
    all.map(
      (limits) => limits.minimumGroupSize ?? (limits.aggregateOnly ? DEFAULT_MINIMUM_GROUP_SIZE : undefined),
    ),
  )
  return {
    ...(rows !== undefined && { rows }),
    ...(statementsPerHour !== undefined && { statementsPerHour }),
    ...(subjectsPerTask !== undefined && { subjectsPerTask }),
    ...(subjectsPerDay !== undefined && { subjectsPerDay }),
    ...(minimumGroupSize !== undefined && { minimumGroupSize }),
  }
}

const requirementOf = ({ rule }: CompiledPermit): ApprovalRequirement | null => {
  if (rule.approval !== undefined) {
    const { approvers, quorum, deadline, validFor, kind, role } = rule.approval
    return {
      rule: rule.id,
      approverGroups: [...new Set(approvers.groups)].sort(),
      quorum,
      deadlineSeconds: deadline,
      validForSeconds: validFor,
      kind,
      role: role ?? null,
      breakGlass: false,
    }
  }
  if (rule.breakGlass !== undefined) {
    const { reviewers, quorum, reviewWithin, validFor, kind, role } = rule.breakGlass
    return {
      rule: rule.id,
      approverGroups: [...new Set(reviewers.groups)].sort(),
      quorum,
      deadlineSeconds: reviewWithin,
      validForSeconds: validFor,
      kind,
      role: role ?? null,
      breakGlass: true,
    }
  }
  return null
}

/**
 * One requirement that satisfies every permit that asks for approval, or `conflict` when none can: approvers must be
 * of a group that every rule accepts, and a statement runs under one role. Break-glass never lifts another rule's
 * approval.
 */
export const combineApprovals = (
  permits: readonly CompiledPermit[],
): ApprovalRequirement | 'conflict' | null => {
  const all = permits.flatMap((permit) => requirementOf(permit) ?? [])
  const [first, ...others] = all
  if (first === undefined) return null
  return others.reduce<ApprovalRequirement | 'conflict'>(
    (left, right) => (left === 'conflict' ? left : mergeRequirements(left, right)),
    first,
  )
}

const mergeRequirements = (
  left: ApprovalRequirement,
  right: ApprovalRequirement,
): ApprovalRequirement | 'conflict' => {
  const approverGroups = left.approverGroups.filter((group) => right.approverGroups.includes(group))
  const roles = new Set([left.role, right.role].filter((role) => role !== null))
  if (approverGroups.length === 0 || roles.size > 1) return 'conflict'
  const breakGlass = left.breakGlass && right.breakGlass
  return {
    rule: [left.rule, right.rule].sort().join(', '),
    approverGroups,
    quorum: Math.max(left.quorum, right.quorum),
    // How long a person has to decide, and how long one has to review, are not the same thing.
    deadlineSeconds:
      left.breakGlass === right.breakGlass
        ? Math.min(left.deadlineSeconds, right.deadlineSeconds)
        : (left.breakGlass ? right : left).deadlineSeconds,
    validForSeconds: Math.min(left.validForSeconds, right.validForSeconds),
    kind: left.kind === 'one-time' || right.kind === 'one-time' ? 'one-time' : 'time-boxed',
    role: [...roles][0] ?? null,
    breakGlass,
  }
}
