import {
  type Approval,
  type ApprovalStatement,
  declaredMembers,
  displayText,
  SnowfenceError,
  unseenCharacters,
} from '@snowfence/core'
import { type ApproverRefusal, approverRefusal } from '@snowfence/policy'
import type { VerifiedIdentity } from '../identity/verified-identity.ts'
import type { SessionRecord } from '../sessions/session.ts'
import type { ApprovalContext } from './approval-context.ts'
import { approvalEvent, isRequester, requesterOf } from './approval-event.ts'
import { type ApprovalRow, type DecisionRow, findApproval, readDecisions } from './approval-row.ts'
import {
  assertDecisionsReadable,
  assertReadable,
  openComment,
  openDeclared,
  openStatement,
} from './readable-approval.ts'

/** A person by a verified identity token. */
export type Person = Pick<VerifiedIdentity, 'principal' | 'people'>

/** Why a person may not decide a request, whatever its state; null when they may. */
export const decisionRefusal = (row: ApprovalRow, { principal, people }: Person): ApproverRefusal | null =>
  approverRefusal(row.requirement, row.requester_people, { groups: principal.groups, people })

const mayDecide = (row: ApprovalRow, person: Person): boolean => decisionRefusal(row, person) === null

/** The error for a refusal. A person who may not read the request is told that there is none. */
export const notEligible = (
  context: ApprovalContext,
  row: ApprovalRow,
  person: Person,
  reason: ApproverRefusal,
): SnowfenceError =>
  reason === 'is-requester' || mayRead(context, row, { kind: 'person', ...person })
    ? new SnowfenceError('ERR_APPROVAL_NOT_ELIGIBLE', { details: { reason } })
    : new SnowfenceError('ERR_APPROVAL_NOT_FOUND')

/** Who reads a request: the agent's session, or a person by an identity token. */
export type ApprovalReader =
  | { readonly kind: 'session'; readonly session: SessionRecord }
  | ({ readonly kind: 'person' } & Person)

/** Requesters see their own, approvers what they may decide, auditors everything. */
export const mayRead = ({ config }: ApprovalContext, row: ApprovalRow, reader: ApprovalReader): boolean => {
  switch (reader.kind) {
    case 'session':
      return isRequester(row, reader.session.principal)
    case 'person': {
      const { principal } = reader
      return (
        isRequester(row, principal) ||
        mayDecide(row, reader) ||
        config.groups.auditors.some((group) => principal.groups.includes(group))
      )
    }
    default:
      return reader satisfies never
  }
}

/**
 * The sealed statement for one person, if the request is still pending at this moment. That they were shown it is kept
 * once per person, in the same transaction: it is handed out only when that is durable.
 */
const takeStatement = async (
  { clock, texts, trail }: ApprovalContext,
  id: string,
  person: Person,
): Promise<ApprovalStatement | null> =>
  trail.transact(async ({ transaction, record }) => {
    const row = await findApproval(transaction, id, true)
    if (row?.state !== 'pending') return null
    assertReadable(row)
    if (!mayDecide(row, person)) return null
    // Before the record: a statement that cannot be read was shown to nobody.
    const statement = openStatement(texts, id, row.sealed_statement ?? '')
    const { issuer, subject } = person.principal
    const first = await transaction
      .insertInto('approval_views')
      .values({ approval_id: id, issuer, subject, at: clock() })
      .onConflict((conflict) => conflict.doNothing())
      .returning('approval_id')
      .executeTakeFirst()
    if (first !== undefined) record(approvalEvent('approval.shown', row, { by: person.principal }))
    return statement
  })

/** Only the form for the eyes is changed: a decision is about the digest of the statement itself. */
const displayStatement = ({ sqlText, binds }: ApprovalStatement): Approval['display'] => {
  const bound = binds === null ? null : JSON.stringify(binds)
  return {
    sqlText: displayText(sqlText),
    binds: bound === null ? null : displayText(bound),
    unseen: [...unseenCharacters(`${sqlText}${bound ?? ''}`)],
  }
}

/**
 * A request as its reader may see it. The real statement, with its literals and binds, is for an eligible approver
 * while the request is pending, and for nobody else.
 *
 * @throws SnowfenceError `ERR_BROKER_ROW_DAMAGED`
 */
export const showApproval = async (
  context: ApprovalContext,
  row: ApprovalRow,
  reader: ApprovalReader,
  options: {
    readonly withStatement: boolean
    /** The answers to the request when they were read with it. */
    readonly decisions?: readonly DecisionRow[]
  },
): Promise<Approval> => {
  const { database, texts } = context
  assertReadable(row)
  const decisions = options.decisions ?? (await readDecisions(database, row))
  assertDecisionsReadable(decisions)
  const { task, reason } = openDeclared(texts, row)
  const statement =
    options.withStatement && reader.kind === 'person' && row.state === 'pending'
      ? await takeStatement(context, row.id, reader)
      : null
  return {
    id: row.id,
    state: row.state,
    digest: row.digest,
    requirement: row.requirement,
    requester: requesterOf(row),
    agent: { id: row.agent_id, task },
    purpose: row.purpose,
    reason,
    text: row.text,
    statement,
    display: statement && displayStatement(statement),
    reads: row.reads,
    classifiedColumns: row.classified_columns,
    decisions: decisions.map((decision) => ({
      approver: { issuer: decision.issuer, subject: decision.subject },
      decision: decision.decision,
      comment: openComment(texts, decision),
      at: decision.at.toISOString(),
      seenDigest: decision.seen_digest,
    })),
    createdAt: row.created_at.toISOString(),
    deadlineAt: row.deadline_at.toISOString(),
    validUntil: row.valid_until?.toISOString() ?? null,
    declared: [...declaredMembers],
  }
}
