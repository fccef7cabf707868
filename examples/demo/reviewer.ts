import { setTimeout as sleep } from 'node:timers/promises'

/** What the broker tells a reviewer of a pending request: the exact statement, and what it touches. */
export interface PendingRequest {
  readonly id: string
  readonly digest: string
  readonly requester: { readonly subject: string }
  readonly purpose: string
  readonly statement: { readonly sqlText: string; readonly binds: readonly unknown[] | null } | null
  readonly classifiedColumns: readonly string[]
}

export interface Reviewer {
  /** Waits for the next pending request, decides it and tells what was seen. Ends with the signal. */
  decideNext(decision: 'approve' | 'reject', comment: string, signal: AbortSignal): Promise<PendingRequest>
}

const POLL_MILLISECONDS = 100

/** A reviewer as a program: the same HTTP calls that a page or a chat integration would make. */
export const createReviewer = (brokerUrl: string, identityToken: () => Promise<string>): Reviewer => {
  const call = async <T>(
    method: 'GET' | 'POST',
    path: string,
    signal: AbortSignal,
    body?: unknown,
  ): Promise<T> => {
    const response = await fetch(`${brokerUrl}${path}`, {
      method,
      signal,
      headers: {
        authorization: `Bearer ${await identityToken()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    if (!response.ok)
      throw new Error(`the broker answered ${response.status} to ${method} ${path}: ${await response.text()}`)
    return (await response.json()) as T
  }
  return {
    async decideNext(decision, comment, signal) {
      for (;;) {
        const { approvals } = await call<{ approvals: PendingRequest[] }>(
          'GET',
          '/v1/approvals?state=pending',
          signal,
        )
        const [listed] = approvals
        if (listed) {
          // The list is without literals; the request itself shows the exact statement, to those who may decide it.
          const request = await call<PendingRequest>('GET', `/v1/approvals/${listed.id}`, signal)
          await call('POST', `/v1/approvals/${request.id}/decision`, signal, {
            decision,
            comment,
            seenDigest: request.digest,
          })
          return request
        }
        await sleep(POLL_MILLISECONDS, undefined, { signal })
      }
    },
  }
}
