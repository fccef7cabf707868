import type { ApprovalRequirement, Principal } from '@snowfence/core'

/** Why somebody may not decide an approval request. */
export type ApproverRefusal = 'is-requester' | 'not-in-an-approver-group'

/**
 * Whether a reviewer may decide a request, and if not, why. The requester never may, whatever groups they are in; one
 * of the required groups is enough. A quorum counts distinct people, never groups: two answers of one issuer and
 * subject are one.
 */
export const approverRefusal = (
  requirement: Pick<ApprovalRequirement, 'approverGroups'>,
  requester: Pick<Principal, 'issuer' | 'subject'>,
  reviewer: Pick<Principal, 'issuer' | 'subject' | 'groups'>,
): ApproverRefusal | null => {
  if (isSamePerson(requester, reviewer)) return 'is-requester'
  const accepted = reviewer.groups.some((group) => requirement.approverGroups.includes(group))
  return accepted ? null : 'not-in-an-approver-group'
}

export const isEligibleApprover = (
  requirement: Pick<ApprovalRequirement, 'approverGroups'>,
  requester: Pick<Principal, 'issuer' | 'subject'>,
  reviewer: Pick<Principal, 'issuer' | 'subject' | 'groups'>,
): boolean => approverRefusal(requirement, requester, reviewer) === null

/** How many distinct people are among the answers: what a quorum is compared with. */
export const countApprovers = (approvers: readonly Pick<Principal, 'issuer' | 'subject'>[]): number =>
  new Set(approvers.map(({ issuer, subject }) => JSON.stringify([issuer, subject]))).size

const isSamePerson = (
  left: Pick<Principal, 'issuer' | 'subject'>,
  right: Pick<Principal, 'issuer' | 'subject'>,
): boolean => left.issuer === right.issuer && left.subject === right.subject
