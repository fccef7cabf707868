import type { Principal } from './principal.ts'
import type { ApprovalState, ApprovalStatement } from './protocol/approvals.ts'
import type { Lease, PolicyPayload } from './protocol/sessions.ts'

/** Where a connection gets its Snowflake credential from. */
export interface CredentialSource {
  /** The present lease, renewed when it has little life left. Rejects when there is none: nothing runs then. */
  lease(signal?: AbortSignal): Promise<Lease>
}

/** Where the policy in force comes from. The payload has been verified before it is handed over. */
export interface PolicySource {
  current(): Promise<{ readonly policy: PolicyPayload; readonly principal: Principal }>
}

export interface ApprovalAsk {
  readonly statement: ApprovalStatement
  readonly digest: string
  readonly reason: string | null
}

export type ApprovalAnswer =
  | {
      readonly state: 'approved'
      readonly id: string
      readonly approvers: readonly string[]
      claim(): Promise<ApprovalClaim>
    }
  | {
      readonly state: Exclude<ApprovalState, 'approved' | 'pending' | 'claimed' | 'executed'>
      readonly id: string
      readonly comment: string | null
    }

export interface ApprovalClaim {
  /** The elevated lease, or null when the session's own is enough. */
  readonly lease: Lease | null
  settle(outcome: 'executed' | 'failed', queryId: string | null): Promise<void>
}

/** Who is asked when a statement needs a person. Blocks until there is an answer; an abort withdraws the request. */
export interface ApprovalGate {
  ask(ask: ApprovalAsk, signal: AbortSignal): Promise<ApprovalAnswer>
}
