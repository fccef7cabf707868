import type { ApprovalRequirement, Decision } from './decision.ts'
import type { Agent, Principal } from './principal.ts'
import type { ApprovalState, ApprovalStatement } from './protocol/approvals.ts'
import type { Receipt } from './protocol/receipt.ts'
import type { Lease, PolicyPayload } from './protocol/sessions.ts'
import type { StatementSummary } from './statement-summary.ts'

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
  /** Whether the statement waits for the answer. Its request is withdrawn when nothing waits for it any more. */
  readonly isAttended: boolean
  /** What the policy asks for: how many people, by when, of which groups, for which role. A broker judges that itself. */
  readonly requirement: ApprovalRequirement
  /** W3C trace context of the statement, so that what its reviewers do is seen in the same trace. */
  readonly traceparent?: string
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
  /** ISO 8601: the approval's end, which is also that of the statement under it. Absent where approvals have none. */
  readonly validUntil?: string | null
  /** Resolves to true when a person takes the approval back; to false when that cannot happen any more, or on an abort. */
  untilRevoked?(signal: AbortSignal): Promise<boolean>
  settle(outcome: 'executed' | 'failed', queryId: string | null): Promise<void>
}

/** One filed request: known by its id before anybody has answered. */
export interface ApprovalTicket {
  readonly id: string
  /** Blocks until there is an answer. An abort withdraws the request and rejects. */
  wait(signal: AbortSignal): Promise<ApprovalAnswer>
}

/** Who is asked when a statement needs a person. */
export interface ApprovalGate {
  request(ask: ApprovalAsk, signal: AbortSignal): Promise<ApprovalTicket>
  /** Picks up a request for exactly this digest that was filed earlier, in this process or another. */
  resume(id: string, digest: string): Promise<ApprovalTicket>
}

/** What is known of a statement before it was judged. Free of literals, binds and credentials. */
export interface StatementIdentity {
  /** Null without a broker. */
  readonly sessionId: string | null
  readonly principal: Principal
  readonly agent: Agent
  readonly purpose: string
  readonly account: string
  /** The account's host and port, where they differ from `<account>.snowflakecomputing.com:443`. */
  readonly host?: string
  readonly port?: number
  readonly role: string
  /** The lease that the statement is to run on. */
  readonly leaseId?: string
  readonly warehouse: string | null
  readonly database: string | null
  readonly schema: string | null
  /** The driver's request id of this statement. */
  readonly requestId: string
  /** How many binds there are and of which types (`TEXT`, `FIXED`, …): never their values. */
  readonly bindTypes: readonly string[]
  /** How many rows of binds a bulk insert has; absent where there is one set. */
  readonly bindRows?: number
}

/** The judgement, recorded before anything of the statement happens. */
export interface AuthorizeRecord {
  readonly summary: StatementSummary
  readonly decision: Decision
}

/** What a person said to a statement that needed one. */
export interface ApprovalRecord {
  readonly id: string
  readonly state: ApprovalState
  readonly approvers: readonly string[]
  readonly digest: string
}

/** How the statement ended. */
export interface OutcomeRecord {
  readonly outcome:
    | 'completed'
    | 'failed'
    | 'cancelled'
    | 'withheld'
    /** Its session or its approval was taken back, or ended, while it ran. */
    | 'revoked'
    /** A statement that changes something was sent, and the warehouse's answer never arrived: it may have run. */
    | 'unknown'
  readonly queryId: string | null
  /** Rows handed over to the caller. */
  readonly rows: number
  readonly columns: readonly { readonly name: string; readonly mask: string | null }[]
  /** The role it ran with: the elevated one after an approval. */
  readonly role: string
  /** The lease it ran on, where that is not the session's. */
  readonly leaseId?: string
  /** What content detection found, by result column (from 0); null when it did not look. */
  readonly findings?:
    | readonly { readonly column: number; readonly detector: string; readonly count: number }[]
    | null
  /** Code and SQLSTATE, never the text. */
  readonly error: { readonly code: string; readonly sqlState: string | null } | null
  /**
   * True when nothing waits for the record: it may be written a moment later. No later record is acknowledged before it
   * is durable too.
   */
  readonly isBehind?: boolean
}

export interface AuditAcknowledgement {
  /** Null where the store keeps no tree (a local journal). */
  readonly receipt: Receipt | null
  /** Digest of the receipt, or of the stored record: what goes into QUERY_TAG. */
  readonly digest: string
}

/** The records of one statement, in the order they happen. Each resolves only when durable, and rejects otherwise. */
export interface StatementTrail {
  /** 32 hex digits; the trace of the caller's active span when there is one. */
  readonly traceId: string
  /** W3C trace context of the statement's own span; absent where the sink makes no spans. */
  readonly traceparent?: string
  authorize(record: AuthorizeRecord): Promise<AuditAcknowledgement>
  approval(record: ApprovalRecord): Promise<AuditAcknowledgement>
  finish(record: OutcomeRecord): Promise<AuditAcknowledgement>
}

/** Where the audit trail is written. */
export interface AuditSink {
  /** Opens the trail of one statement, as a child of the OpenTelemetry span active in the caller. */
  begin(statement: StatementIdentity): StatementTrail
  /** Flushes what is open and lets go of timers and sockets. */
  close(): Promise<void>
}
