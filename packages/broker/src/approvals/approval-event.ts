import type { BrokerEvent, BrokerEventName } from '../trail/broker-event.ts'
import type { ApprovalRow } from './approval-row.ts'

type ApprovalEventName = Extract<BrokerEventName, `approval.${string}`>
interface Person {
  readonly issuer: string
  readonly subject: string
}

export const requesterOf = (row: ApprovalRow): Person => ({
  issuer: row.requester_issuer,
  subject: row.requester_subject,
})

/** Whether this principal asked. Its other identities did not: they may neither claim nor withdraw. */
export const isRequester = (row: ApprovalRow, person: Person): boolean =>
  row.requester_issuer === person.issuer && row.requester_subject === person.subject

/** What happened to a request, by whom: the requester unless somebody else acted. */
export const approvalEvent = (
  name: ApprovalEventName,
  row: ApprovalRow,
  details: { readonly by?: Person; readonly approvers?: readonly string[] } = {},
): BrokerEvent => ({
  name,
  sessionId: row.session_id,
  principal: details.by ?? requesterOf(row),
  traceparent: row.traceparent ?? undefined,
  attributes: {
    'gen_ai.agent.id': row.agent_id,
    'snowfence.purpose': row.purpose,
    'snowfence.role': row.role,
    'snowfence.approval.id': row.id,
    'snowfence.approval.outcome': row.state,
    'snowfence.approval.digest': row.digest,
    'snowfence.query.id': row.query_id,
    'snowfence.approval.approvers': details.approvers,
  },
})
