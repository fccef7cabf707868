import { countPeople } from '@snowfence/policy'
import type { ApprovalRow, DecisionRow } from './approval-row.ts'

/** Whether enough different people approve. Who was revoked since does not count: the answer can be that of a thief. */
export const isQuorumReached = (
  { requirement }: Pick<ApprovalRow, 'requirement'>,
  approvals: readonly DecisionRow[],
  isKeptOut: (people: DecisionRow['people']) => boolean,
): boolean => {
  const admitted = approvals.map(({ people }) => people).filter((people) => !isKeptOut(people))
  return countPeople(admitted) >= requirement.quorum
}
