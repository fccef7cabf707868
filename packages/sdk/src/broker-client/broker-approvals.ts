import {
  type Approval,
  type ApprovalAnswer,
  type ApprovalClaim,
  type ApprovalGate,
  type ApprovalTicket,
  approvalSchema,
  type CreateApprovalRequest,
  claimApprovalResponseSchema,
  type Secret,
  SnowfenceError,
} from '@snowfence/core'
import type { HttpClient } from '@snowfence/core/http'
import { requestBroker } from './broker-request.ts'

/** The broker answers a long poll within 25 seconds; the rest is for the way. */
const POLL_SECONDS = 25
const POLL_TIMEOUT_MS = 40_000
const REQUEST_TIMEOUT_MS = 10_000

/** Asks the broker for a person's answer: files the request, long-polls it, claims it once, settles it. */
export const createBrokerApprovals = (broker: HttpClient, token: () => Secret): ApprovalGate => {
  const path = (id: string, action = ''): string =>
    `v1/approvals/${encodeURIComponent(id)}${action === '' ? '' : `/${action}`}`

  const post = async (id: string, action: string, body: unknown): Promise<void> => {
    await requestBroker(broker, {
      method: 'POST',
      path: path(id, action),
      token: token(),
      body,
      answer: null,
      timeoutMs: REQUEST_TIMEOUT_MS,
    })
  }

  const claim = async (id: string, digest: string): Promise<ApprovalClaim> => {
    const { lease, approval } = await requestBroker(broker, {
      method: 'POST',
      path: path(id, 'claim'),
      token: token(),
      body: { digest },
      answer: claimApprovalResponseSchema,
      timeoutMs: REQUEST_TIMEOUT_MS,
    })
    if (approval.digest !== digest) throw new SnowfenceError('ERR_APPROVAL_DIGEST_MISMATCH')
    return {
      lease,
      settle: async (outcome, queryId) => await post(id, 'settle', { outcome, queryId }),
    }
  }

  const answerOf = (approval: Approval, digest: string): ApprovalAnswer | null => {
    const { id, state, decisions } = approval
    if (approval.digest !== digest) throw new SnowfenceError('ERR_APPROVAL_DIGEST_MISMATCH')
    switch (state) {
      case 'pending':
        return null
      case 'approved':
        return {
          state,
          id,
          approvers: decisions
            .filter(({ decision }) => decision === 'approve')
            .map(({ approver }) => `${approver.issuer}#${approver.subject}`),
          claim: async () => await claim(id, digest),
        }
      case 'claimed':
      case 'executed':
        throw new SnowfenceError('ERR_APPROVAL_STATE', { message: 'the approval was used already' })
      default:
        return {
          state,
          id,
          comment: decisions.findLast(({ decision }) => decision === 'reject')?.comment ?? null,
        }
    }
  }

  const wait = async (id: string, digest: string, signal: AbortSignal): Promise<ApprovalAnswer> => {
    try {
      for (;;) {
        signal.throwIfAborted()
        const approval = await requestBroker(broker, {
          method: 'GET',
          path: `${path(id)}?wait=${POLL_SECONDS}`,
          token: token(),
          answer: approvalSchema,
          signal,
          timeoutMs: POLL_TIMEOUT_MS,
        })
        const answer = answerOf(approval, digest)
        if (answer) return answer
      }
    } catch (error) {
      // Best effort: a request that cannot be withdrawn ends at its deadline, and nobody is there to claim it.
      if (signal.aborted) await post(id, 'cancel', {}).catch(() => {})
      throw error
    }
  }

  const ticket = (id: string, digest: string): ApprovalTicket => ({
    id,
    wait: async (signal) => await wait(id, digest, signal),
  })

  return {
    request: async (ask, signal) => {
      const body: CreateApprovalRequest = {
        statement: ask.statement,
        digest: ask.digest,
        reason: ask.reason,
        ...(ask.traceparent === undefined ? {} : { traceparent: ask.traceparent }),
      }
      const approval = await requestBroker(broker, {
        method: 'POST',
        path: 'v1/approvals',
        token: token(),
        body,
        answer: approvalSchema,
        signal,
        timeoutMs: REQUEST_TIMEOUT_MS,
      })
      if (approval.digest !== ask.digest) throw new SnowfenceError('ERR_APPROVAL_DIGEST_MISMATCH')
      return ticket(approval.id, ask.digest)
    },
    resume: async (id, digest) => ticket(id, digest),
  }
}
