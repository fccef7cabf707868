import type { AuditAcknowledgement } from '@snowfence/core'

/** Snowflake: QUERY_TAG holds at most 2,000 characters. */
const LONGEST_TAG = 2000
const LONGEST_CALLER_TAG = 500

export interface QueryTagContents {
  /** Of the statement's own `authorize` record; null for a read that is sent while that is being written. */
  readonly receipt: AuditAcknowledgement | null
  /** Digest of the connection's newest receipt, null before the first. */
  readonly lastReceipt: string | null
  readonly sessionId: string | null
  readonly agentId: string
  readonly traceId: string
  /** Names the statement's own span; absent where the sink makes no spans. */
  readonly traceparent: string | undefined
  /** The caller's own QUERY_TAG, which the driver would have sent. */
  readonly callerTag: unknown
}

/**
 * The tag that ties a row of Snowflake's query history to its audit record, by trace and span, and carries a head of
 * the tree off the box: the digest of the statement's own receipt, or of the newest one before it. Sent as a parameter of the statement, never of the connection, where the driver lets it overwrite this one.
 */
export const buildQueryTag = (contents: QueryTagContents): string => {
  const { receipt, lastReceipt, sessionId, agentId, traceId, traceparent, callerTag } = contents
  const tag = JSON.stringify({
    snowfence: 1,
    ...(receipt === null
      ? { after: lastReceipt }
      : { receipt: receipt.digest, leaf: receipt.receipt?.firstLeaf ?? null }),
    session: sessionId,
    agent: agentId,
    trace: traceId,
    ...(traceparent === undefined ? {} : { span: traceparent.split('-')[2] }),
    ...(typeof callerTag === 'string' ? { tag: callerTag.slice(0, LONGEST_CALLER_TAG) } : {}),
  })
  if (tag.length > LONGEST_TAG) throw new RangeError('the query tag is longer than Snowflake allows')
  return tag
}
