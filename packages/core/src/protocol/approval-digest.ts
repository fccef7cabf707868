import { canonicalJson, type Digest, digestOf } from '../digest.ts'
import type { ApprovalStatement } from './approvals.ts'

/** Everything an approval is bound to: a change in any of it is another request. */
export interface ApprovalSubject {
  readonly statement: ApprovalStatement
  /** The Snowflake role it will run in: the one the requirement names, else the role of the session's own lease. */
  readonly role: string | null
  /** `digest` of the policy payload in force. */
  readonly policyDigest: string
  readonly principal: { readonly issuer: string; readonly subject: string }
  readonly purpose: string
}

/** The digest that is approved, claimed and put into the record. */
export const approvalDigest = (subject: ApprovalSubject): Digest => {
  const { statement, role, policyDigest, principal, purpose } = subject
  return digestOf(
    canonicalJson({
      version: 1,
      statement,
      role,
      policyDigest,
      principal: { issuer: principal.issuer, subject: principal.subject },
      purpose,
    }),
  )
}
