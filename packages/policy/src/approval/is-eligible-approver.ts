import type { ApprovalRequirement } from '@snowfence/core'
import { isSamePerson, type PersonIdentity } from './person-identity.ts'

/** Why somebody may not decide an approval request. */
export type ApproverRefusal = 'is-requester' | 'not-in-an-approver-group'

/** Who wants to decide: the groups of their token, and everybody whom it speaks of. */
export interface Reviewer {
  readonly groups: readonly string[]
  readonly people: readonly PersonIdentity[]
}

/**
 * Whether a reviewer may decide a request, and if not, why. The requester never may, whatever groups they are in and
 * whichever issuer their token comes from, and nor may an actor that the requester's token names. One of the required
 * groups is enough.
 *
 * @param requester everybody whom the token of the requester's session speaks of.
 */
export const approverRefusal = (
  requirement: Pick<ApprovalRequirement, 'approverGroups'>,
  requester: readonly PersonIdentity[],
  reviewer: Reviewer,
): ApproverRefusal | null => {
  if (isSamePerson(requester, reviewer.people)) return 'is-requester'
  const accepted = reviewer.groups.some((group) => requirement.approverGroups.includes(group))
  return accepted ? null : 'not-in-an-approver-group'
}

export const isEligibleApprover = (
  requirement: Pick<ApprovalRequirement, 'approverGroups'>,
  requester: readonly PersonIdentity[],
  reviewer: Reviewer,
): boolean => approverRefusal(requirement, requester, reviewer) === null
