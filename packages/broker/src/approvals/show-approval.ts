import type { Approval, Principal } from '@snowfence/core'
import { isEligibleApprover } from '@snowfence/policy'
import type { SessionRecord } from '../sessions/session.ts'
import type { ApprovalContext } from './approval-context.ts'
import { approvalEvent, isRequester, requesterOf } from './approval-event.ts'
import { type ApprovalRow, readDecisions } from './approval-row.ts'

/** Who reads a request: the agent's session, or a person by an identity token. */
export type ApprovalReader =
  | { readonly kind: 'session'; readonly session: SessionRecord }
  | { readonly kind: 'person'; readonly principal: Principal }

/** Requesters see their own, approvers what they may decide, auditors everything. */
export const mayRead = ({ config }: ApprovalContext, row: ApprovalRow, reader: ApprovalReader): boolean => {
  switch (reader.kind) {
    case 'session':
      return isRequester(row, reader.session.principal)
    case 'person': {
      const { principal } = reader
      return (
        isRequester(row, principal) ||
        isEligibleApprover(row.requirement, requesterOf(row), principal) ||
        config.groups.auditors.some((group) => principal.groups.includes(group))
      )
    }
    default:
      return reader satisfies never
  }
}

/** Keeps who was shown the real statement, once per person; the statement is handed out only when that is durable. */
const recordShown = async (
  { clock, trail }: ApprovalContext,
  row: ApprovalRow,
  person: Principal,
): Promise<void> =>
  trail.transact(async ({ transaction, record }) => {
    const first = await transaction
      .insertInto('approval_views')
      .values({ approval_id: row.id, issuer: person.issuer, subject: person.subject, at: clock() })
      .onConflict((conflict) => conflict.doNothing())
      .returning('approval_id')
      .executeTakeFirst()
    if (first !== undefined) record(approvalEvent('approval.shown', row, { by: person }))
  })

/**
 * A request as its reader may see it. The real statement, with its literals and binds, is for an eligible approver
 * while the request is pending, and for nobody else.
 */
export const showApproval = async (
  context: ApprovalContext,
  row: ApprovalRow,
  reader: ApprovalReader,
  options: { readonly withStatement: boolean },
): Promise<Approval> => {
  const { database, texts } = context
  const requester = requesterOf(row)
  const isShown =
    options.withStatement &&
    reader.kind === 'person' &&
    row.state === 'pending' &&
    row.sealed_statement !== null &&
    isEligibleApprover(row.requirement, requester, reader.principal)
  if (isShown) await recordShown(context, row, reader.principal)
  const decisions = await readDecisions(database, row)
  return {
    id: row.id,
    state: row.state,
    digest: row.digest,
    requirement: row.requirement,
    requester,
    agent: { id: row.agent_id, task: row.agent_task },
    purpose: row.purpose,
    reason: texts.openReason(row.id, row.sealed_reason),
    text: row.text,
    statement:
      isShown && row.sealed_statement !== null ? texts.openStatement(row.id, row.sealed_statement) : null,
    reads: row.reads,
    classifiedColumns: row.classified_columns,
    decisions: decisions.map((decision) => ({
      approver: { issuer: decision.issuer, subject: decision.subject },
      decision: decision.decision,
      comment: texts.openComment(decision.approval_id, decision.sealed_comment),
      at: decision.at.toISOString(),
      seenDigest: decision.seen_digest,
    })),
    createdAt: row.created_at.toISOString(),
    deadlineAt: row.deadline_at.toISOString(),
    validUntil: row.valid_until?.toISOString() ?? null,
  }
}
