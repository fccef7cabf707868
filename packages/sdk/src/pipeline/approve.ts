import type { ApprovalAnswer, ApprovalAsk, ApprovalClaim, ErrorCode, StatementTrail } from '@snowfence/core'
import { createGovernedError } from '../driver/driver-error.ts'
import { approvalStatementOf } from './authorize.ts'
import type { PipelineEnvironment } from './pipeline-environment.ts'
import type { AuthorizedState } from './statement-states.ts'

export interface GrantedApproval {
  readonly id: string
  readonly digest: string
  readonly approvers: readonly string[]
  readonly claim: ApprovalClaim
}

const codeOf = (state: Exclude<ApprovalAnswer['state'], 'approved'>): ErrorCode => {
  switch (state) {
    case 'rejected':
    case 'revoked':
      return 'ERR_APPROVAL_REJECTED'
    case 'expired':
      return 'ERR_APPROVAL_EXPIRED'
    case 'cancelled':
      return 'ERR_APPROVAL_CANCELLED'
    case 'failed':
    case 'indeterminate':
      return 'ERR_APPROVAL_STATE'
    default:
      state satisfies never
      return 'ERR_APPROVAL_STATE'
  }
}

/**
 * Third stage, only when the decision asks for a person: files the request, blocks until it is answered, records the
 * answer, and claims it. An abort withdraws the request.
 *
 * @throws GovernedError ERR_APPROVAL_REJECTED, ERR_APPROVAL_EXPIRED, ERR_APPROVAL_CANCELLED, ERR_APPROVAL_PENDING
 */
export const approve = async (
  state: AuthorizedState,
  trail: StatementTrail,
  environment: PipelineEnvironment,
  signal: AbortSignal,
): Promise<GrantedApproval> => {
  const { decision, approvalDigest: digest } = state
  if (decision.approval === null)
    throw createGovernedError('ERR_APPROVAL_STATE', { decision, traceId: trail.traceId })
  const about = { decision, traceId: trail.traceId }
  const { approvalId, onApproval } = state.received
  const isAttended = (onApproval ?? environment.onApproval) === 'wait'
  const ask: ApprovalAsk = {
    statement: approvalStatementOf(state),
    digest,
    reason: state.received.reason,
    isAttended,
    requirement: decision.approval,
    ...(trail.traceparent === undefined ? {} : { traceparent: trail.traceparent }),
  }
  const ticket =
    approvalId === null
      ? await environment.ports.approvals.request(ask, signal)
      : await environment.ports.approvals.resume(approvalId, digest)
  if (!isAttended && approvalId === null)
    throw createGovernedError('ERR_APPROVAL_PENDING', {
      ...about,
      approvalId: ticket.id,
      reasons: decision.reasons,
      hint: `call resume('${ticket.id}') once the request was decided`,
    })
  const limited =
    environment.approvalTimeoutMs === null
      ? signal
      : AbortSignal.any([signal, AbortSignal.timeout(environment.approvalTimeoutMs)])
  let answer: ApprovalAnswer
  try {
    answer = await ticket.wait(limited)
  } catch (error) {
    if (!limited.aborted) throw error
    answer = { state: signal.aborted ? 'cancelled' : 'expired', id: ticket.id, comment: null }
  }
  const { state: outcome } = answer
  await trail.approval({
    id: ticket.id,
    state: outcome,
    approvers: answer.state === 'approved' ? answer.approvers : [],
    digest,
  })
  signal.throwIfAborted()
  if (answer.state !== 'approved')
    throw createGovernedError(codeOf(answer.state), {
      ...about,
      approvalId: ticket.id,
      ...(answer.comment === null || answer.comment === ''
        ? {}
        : {
            reasons: [
              {
                code: `approval-${answer.state}`,
                message: `the reviewer wrote: ${answer.comment}`,
                hint: 'change the statement to what the reviewer would accept',
              },
            ],
          }),
    })
  return { id: ticket.id, digest, approvers: answer.approvers, claim: await answer.claim() }
}
