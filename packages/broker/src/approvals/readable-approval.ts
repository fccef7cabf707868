import { approvalRequirementSchema } from '@snowfence/core'
import { damagedRow, readStored } from '../database/damaged-row.ts'
import { readPeople, readTexts } from '../database/stored-people.ts'
import type { ApprovalsTable } from '../database/tables.ts'
import type { ApprovalRow, DecisionRow } from './approval-row.ts'
import type { SealedTexts } from './sealed-texts.ts'

const requesterOf = (row: ApprovalRow) => ({ issuer: row.requester_issuer, subject: row.requester_subject })

/** The first column of a request that decides about people and holds something else than it was given; null for none. */
const damagedColumn = (row: ApprovalRow): keyof ApprovalsTable | null => {
  if (!approvalRequirementSchema.safeParse(row.requirement).success) return 'requirement'
  if (readPeople(row.requester_people, requesterOf(row)) === null) return 'requester_people'
  if (readTexts(row.reads) === null) return 'reads'
  return readTexts(row.classified_columns) === null ? 'classified_columns' : null
}

/**
 * A request whose row is damaged tells nobody who may approve, or whose it is: it is neither shown, decided nor claimed. It
 * can still be ended.
 *
 * @throws SnowfenceError `ERR_BROKER_ROW_DAMAGED`
 */
export const assertReadable = (row: ApprovalRow): void => {
  const column = damagedColumn(row)
  if (column !== null) throw damagedRow({ table: 'approvals', column, id: row.id })
}

/** The same for the answers to a request. @throws SnowfenceError `ERR_BROKER_ROW_DAMAGED` */
export const assertDecisionsReadable = (decisions: readonly DecisionRow[]): void => {
  for (const decision of decisions) {
    if (readPeople(decision.people, decision) === null)
      throw damagedRow({ table: 'approval_decisions', column: 'people', id: decision.approval_id })
  }
}

/** The declared texts of a request. @throws SnowfenceError `ERR_BROKER_ROW_DAMAGED` */
export const openDeclared = (
  texts: SealedTexts,
  { id, sealed_agent_task: task, sealed_reason: reason }: ApprovalRow,
): { readonly task: string | null; readonly reason: string | null } => ({
  task: readStored({ table: 'approvals', column: 'sealed_agent_task', id }, () => texts.openTask(id, task)),
  reason: readStored({ table: 'approvals', column: 'sealed_reason', id }, () => texts.openReason(id, reason)),
})

/** The comment of an answer. @throws SnowfenceError `ERR_BROKER_ROW_DAMAGED` */
export const openComment = (
  texts: SealedTexts,
  { approval_id: id, sealed_comment: comment }: DecisionRow,
): string | null =>
  readStored({ table: 'approval_decisions', column: 'sealed_comment', id }, () =>
    texts.openComment(id, comment),
  )

/** The statement of a request. @throws SnowfenceError `ERR_BROKER_ROW_DAMAGED` */
export const openStatement = (texts: SealedTexts, id: string, sealed: string) =>
  readStored({ table: 'approvals', column: 'sealed_statement', id }, () => texts.openStatement(id, sealed))
