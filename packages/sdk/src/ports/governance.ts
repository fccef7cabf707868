import type { Agent, ApprovalGate, AuditSink, CredentialSource, PolicySource } from '@snowfence/core'
import type { PolicySetup } from '@snowfence/policy'

/** What a connection needs to know about itself to open its ports. */
export interface GovernanceRequest {
  readonly account: string
  readonly warehouse: string | null
  readonly role: string | null
  readonly purpose: string
  readonly agent: Agent
}

/** The four ports of one connection, open. */
export interface OpenGovernance {
  /** The broker's session; null where there is none. */
  readonly sessionId: string | null
  readonly credentials: CredentialSource
  readonly policy: PolicySource
  readonly approvals: ApprovalGate
  readonly audit: AuditSink
  /** 32 bytes: key of the tokens that are equal in every session under the policy in force. Read anew for each result. */
  readonly policyTokenKey: Uint8Array
  /**
   * How many statements of the principal were let through in the last hour over all its connections, as told with the
   * last acknowledged record; null when nobody told. Without it each process counts for itself.
   */
  statementsThisHour?(): number | null
  /** What the ports can do to keep a policy's obligations; absent where the policy's source has checked that. */
  readonly setup?: PolicySetup
  /** Called once, when the session was revoked: nothing may run after it. */
  onRevoked(listener: (reason: string) => void): void
  close(): Promise<void>
}

/** Opens the four ports. `broker: 'https://…'` is one way to fill them, `createLocalGovernance` another. */
export interface Governance {
  open(request: GovernanceRequest, signal: AbortSignal): Promise<OpenGovernance>
}
