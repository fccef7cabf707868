import type { Lease } from '@snowfence/core'
import type { SessionRecord } from '../sessions/session.ts'
import type { TrailStep } from '../trail/trail.ts'

export interface IssuedLease {
  readonly session: SessionRecord
  readonly lease: Lease
  readonly issuedAt: Date
  readonly approvalId: string | null
  readonly traceparent?: string | undefined
}

/** Keeps that a lease was issued, never the lease's token. */
export const recordLease = async (
  { transaction, record }: TrailStep,
  { session, lease, approvalId, issuedAt, traceparent }: IssuedLease,
): Promise<void> => {
  const expiresAt = new Date(lease.expiresAt)
  await transaction
    .insertInto('leases')
    .values({
      id: lease.id,
      session_id: session.id,
      approval_id: approvalId,
      snowflake_user: lease.user,
      role: lease.role,
      issued_at: issuedAt,
      expires_at: expiresAt,
    })
    .execute()
  record({
    name: 'lease.issued',
    sessionId: session.id,
    principal: session.principal,
    traceparent,
    attributes: {
      'gen_ai.agent.id': session.agent.id,
      'snowfence.purpose': session.purpose,
      'snowfence.role': lease.role,
      'snowfence.lease.id': lease.id,
      'snowfence.lease.expires_at': lease.expiresAt,
    },
  })
}
