import type { AuditAcknowledgement } from '@snowfence/core'

/** Snowflake: QUERY_TAG holds at most 2,000 characters. */
const LONGEST_TAG = 2000
const LONGEST_CALLER_TAG = 500

export interface QueryTagContents {
  readonly receipt: AuditAcknowledgement
  readonly sessionId: string | null
  readonly agentId: string
  readonly traceId: string
  /** The caller's own QUERY_TAG, which the driver would have sent. */
  readonly callerTag: unknown
}

/**
 * The tag that ties a row of Snowflake's query history to its audit record: digest of the receipt, session, agent,
 * trace. Sent as a parameter of the statement, never of the connection, where the driver lets it overwrite this one.
 */
export const buildQueryTag = (contents: QueryTagContents): string => {
  const { receipt, sessionId, agentId, traceId, callerTag } = contents
  const tag = JSON.stringify({
    snowfence: 1,
    receipt: receipt.digest,
    leaf: receipt.receipt?.firstLeaf ?? null,
    session: sessionId,
    agent: agentId,
    trace: traceId,
    ...(typeof callerTag === 'string' ? { tag: callerTag.slice(0, LONGEST_CALLER_TAG) } : {}),
  })
  if (tag.length > LONGEST_TAG) throw new RangeError('the query tag is longer than Snowflake allows')
  return tag
}
