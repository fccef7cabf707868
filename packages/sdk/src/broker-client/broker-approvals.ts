import { randomUUID } from 'node:crypto'
import {
  type Approval,
  type ApprovalAnswer,
  type ApprovalClaim,
  type ApprovalGate,
  type ApprovalState,
  type ApprovalTicket,
  approvalSchema,
  type ClaimApprovalRequest,
  type CreateApprovalRequest,
  claimApprovalResponseSchema,
  isSnowfenceError,
  type Secret,
  SnowfenceError,
} from '@snowfence/core'
import type { HttpClient } from '@snowfence/core/http'
import { requestBroker } from './broker-request.ts'
import { type Patience, patienceFor, patiently } from './patiently.ts'

/** The broker answers a long poll within 25 seconds. A replica that does not is given up before its agent counts as gone. */
const POLL_SECONDS = 25
const POLL_TIMEOUT_MS = 30_000
const REQUEST_TIMEOUT_MS = 10_000
/** How long a request that may be repeated is tried while the broker is away: for longer than a restart takes. */
const PATIENCE_MS = 30_000
/** How long after its deadline a request is still asked about, where the broker could not be reached to say that it ended. */
const LEEWAY_MS = 60_000

export interface BrokerApprovalOptions {
  /** The token of the session in force. */
  token(): Secret
  /** Has the session renewed or followed by another one. @throws ERR_SESSION_REVOKED */
  renew(): Promise<void>
}

/**
 * Asks the broker for a person's answer: files the request, long-polls it, claims it once, settles it.
 *
 * Every one of these can be repeated, so a broker that is away for a moment, or whose answer got lost, ends nothing: the
 * agent goes on waiting, at this broker or another replica.
 */
export const createBrokerApprovals = (
  broker: HttpClient,
  { token, renew }: BrokerApprovalOptions,
): ApprovalGate => {
  const path = (id: string, action = ''): string =>
    `v1/approvals/${encodeURIComponent(id)}${action === '' ? '' : `/${action}`}`

  const post = async (id: string, action: string, body: unknown, patience: Patience): Promise<void> =>
    await patiently(
      async () =>
        await requestBroker(broker, {
          method: 'POST',
          path: path(id, action),
          token: token(),
          body,
          answer: null,
          timeoutMs: REQUEST_TIMEOUT_MS,
        }),
      patience,
    )

  const read = async (
    id: string,
    { while: state, signal }: { readonly while: ApprovalState; readonly signal: AbortSignal },
  ): Promise<Approval> =>
    await requestBroker(broker, {
      method: 'GET',
      path: `${path(id)}?wait=${POLL_SECONDS}&while=${state}`,
      token: token(),
      answer: approvalSchema,
      signal,
      timeoutMs: POLL_TIMEOUT_MS,
    })

  /** Watches the approval that a statement runs under. */
  const untilRevoked = async (id: string, signal: AbortSignal): Promise<boolean> => {
    for (let state: ApprovalState = 'claimed'; !signal.aborted; ) {
      try {
        const approval = await patiently(
          async () => await read(id, { while: state, signal }),
          // The statement itself ends with its lease.
          { remaining: () => Number.POSITIVE_INFINITY, signal },
        )
        if (approval.state === 'revoked') return true
        // After a restart the broker does not know whether the claim reached anybody. It can still be revoked.
        if (approval.state !== 'claimed' && approval.state !== 'indeterminate') return false
        state = approval.state
      } catch {
        // A session that ended is told about in another way; one that was renewed goes on.
        if (signal.aborted || !(await renewed())) return false
      }
    }
    return false
  }

  const renewed = async (): Promise<boolean> =>
    await renew().then(
      () => true,
      () => false,
    )

  const claim = async (id: string, digest: string, signal: AbortSignal): Promise<ApprovalClaim> => {
    const key = randomUUID()
    const { lease, approval } = await patiently(
      async () =>
        await requestBroker(broker, {
          method: 'POST',
          path: path(id, 'claim'),
          token: token(),
          body: { digest, key } satisfies ClaimApprovalRequest,
          answer: claimApprovalResponseSchema,
          timeoutMs: REQUEST_TIMEOUT_MS,
        }),
      patienceFor(PATIENCE_MS, signal),
    )
    if (approval.digest !== digest) throw new SnowfenceError('ERR_APPROVAL_DIGEST_MISMATCH')
    return {
      lease,
      validUntil: approval.validUntil,
      untilRevoked: async (watching) => await untilRevoked(id, watching),
      settle: async (outcome, queryId) =>
        await post(id, 'settle', { outcome, queryId }, patienceFor(PATIENCE_MS)),
    }
  }

  const answerOf = (approval: Approval, digest: string, signal: AbortSignal): ApprovalAnswer | null => {
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
          claim: async () => await claim(id, digest, signal),
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

  /** Reads the request while it is pending, through restarts and replicas, until its deadline is past for certain. */
  const wait = async (id: string, digest: string, signal: AbortSignal): Promise<ApprovalAnswer> => {
    let patience = patienceFor(LEEWAY_MS, signal)
    let isLifeKnown = false
    let isRenewed = false
    try {
      for (;;) {
        signal.throwIfAborted()
        let approval: Approval
        try {
          approval = await patiently(async () => await read(id, { while: 'pending', signal }), patience)
          isRenewed = false
        } catch (error) {
          // A session can end while the broker is away. Another one of the same principal may read and claim the request.
          if (isRenewed || !isSnowfenceError(error, 'ERR_SESSION_NOT_FOUND')) throw error
          isRenewed = true
          await renew()
          continue
        }
        const answer = answerOf(approval, digest, signal)
        if (answer) return answer
        // By the broker's own clock: this one's may be another.
        const life = Date.parse(approval.deadlineAt) - Date.parse(approval.createdAt)
        if (!isLifeKnown) patience = patienceFor(life + LEEWAY_MS, signal)
        isLifeKnown = true
      }
    } catch (error) {
      // Best effort: a request that cannot be withdrawn now is withdrawn by the broker, since nothing waits for it.
      if (signal.aborted) await post(id, 'cancel', {}, patienceFor(0)).catch(() => {})
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
        attended: ask.isAttended,
        key: randomUUID(),
        reason: ask.reason,
        ...(ask.traceparent === undefined ? {} : { traceparent: ask.traceparent }),
      }
      const approval = await patiently(
        async () =>
          await requestBroker(broker, {
            method: 'POST',
            path: 'v1/approvals',
            token: token(),
            body,
            answer: approvalSchema,
            signal,
            timeoutMs: REQUEST_TIMEOUT_MS,
          }),
        patienceFor(PATIENCE_MS, signal),
      )
      if (approval.digest !== ask.digest) throw new SnowfenceError('ERR_APPROVAL_DIGEST_MISMATCH')
      return ticket(approval.id, ask.digest)
    },
    resume: async (id, digest) => ticket(id, digest),
  }
}
