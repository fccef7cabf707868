import type { ApprovalRequirement, ApprovalState } from '@snowfence/core'
import type { PersonIdentity } from '@snowfence/policy'
import type { ColumnType } from 'kysely'

/** JSON columns are written as text and read as parsed values, by both databases. */
type Json<T> = ColumnType<T, string, string>
type Bytes = ColumnType<Uint8Array, Uint8Array, Uint8Array>

export interface SessionsTable {
  id: string
  /** Hex SHA-256 of the session token: the token itself is nowhere in the database. */
  token_hash: string
  issuer: string
  subject: string
  groups: Json<string[]>
  /** The groups of the token before the newest; null before the first renewal that changed them. */
  former_groups: ColumnType<string[] | null, string | null, string | null>
  /** Everybody whom the session's token speaks of. */
  people: Json<PersonIdentity[]>
  claims: Json<Record<string, unknown>>
  purpose: string
  agent_id: string
  /** What the agent declared about itself, encrypted; null for sessions of a version that stored it in clear. */
  sealed_agent: string | null
  snowflake_user: string
  role: string
  warehouse: string | null
  created_at: Date
  expires_at: Date
  ended_at: Date | null
  end_kind: 'closed' | 'revoked' | null
  sealed_end_reason: string | null
}

interface LeasesTable {
  /** The `jti` of the credential. */
  id: string
  session_id: string
  approval_id: string | null
  snowflake_user: string
  role: string
  issued_at: Date
  expires_at: Date
}

export interface ApprovalsTable {
  id: string
  state: ApprovalState
  session_id: string
  /** The time-boxed approval whose window this request came under; its decisions count here too. */
  window_of: string | null
  requester_issuer: string
  requester_subject: string
  requester_people: Json<PersonIdentity[]>
  purpose: string
  agent_id: string
  sealed_agent_task: string | null
  digest: string
  policy_digest: string
  /** Principal, purpose, rule, role, resources and policy: what a time-boxed approval covers. */
  scope_digest: string
  requirement: Json<ApprovalRequirement>
  /** Where the statement will run: the elevated role, or null for the session's own. */
  role: string | null
  /** Literal-free text. */
  text: string
  reads: Json<string[]>
  classified_columns: Json<string[]>
  /** The exact statement, encrypted; null once the request has ended. */
  sealed_statement: string | null
  sealed_reason: string | null
  uses_left: number
  created_at: Date
  deadline_at: Date
  approved_at: Date | null
  valid_until: Date | null
  /** Until when the agent counts as waiting for the answer; null when nothing waits for it. */
  attended_until: Date | null
  claimed_at: Date | null
  claimed_by_session: string | null
  /** The claimer's own key of its claim. */
  claim_key: string | null
  /** Until when a claim must be settled before it counts as indeterminate. */
  settle_by: Date | null
  ended_at: Date | null
  query_id: string | null
  /** W3C trace context of the request: later events are seen in the same trace. */
  traceparent: string | null
}

export interface ApprovalDecisionsTable {
  approval_id: string
  issuer: string
  subject: string
  people: Json<PersonIdentity[]>
  decision: 'approve' | 'reject'
  sealed_comment: string | null
  seen_digest: string
  at: Date
}

/** Who was shown the real statement, once per person. */
interface ApprovalViewsTable {
  approval_id: string
  issuer: string
  subject: string
  at: Date
}

/** Issuer and subject of somebody who acted. */
interface Actor {
  issuer: string
  subject: string
}

export interface RevocationsTable {
  id: string
  issuer: string
  subject: string
  /** The identities of the revoked principal alone: never its actors. */
  people: Json<PersonIdentity[]>
  sealed_reason: string
  revoked_at: Date
  revoked_by: Json<Actor>
  /** Null while the revocation stands. */
  restored_at: Date | null
  restored_by: ColumnType<Actor | null, string | null, string | null>
}

interface SigningKeysTable {
  kid: string
  purpose: 'token' | 'checkpoint'
  algorithm: string
  public_key: string
  sealed_private_key: string
  created_at: Date
  retired_at: Date | null
}

interface RecordsTable {
  /** Position in the tree. */
  leaf_index: ColumnType<number | string, number, never>
  leaf_hash: Bytes
  source: 'session' | 'broker'
  session_id: string | null
  name: string
  trace_id: string
  span_id: string
  /** Canonical JSON: the very text that was hashed. */
  body: string
  received_at: Date
}

/** Hashes of complete subtrees: level 0 are the leaves. */
interface TreeNodesTable {
  level: number
  position: ColumnType<number | string, number, never>
  hash: Bytes
}

/** One row, locked by each append: the order of the trail. */
interface TreeHeadTable {
  id: number
  size: ColumnType<number | string, number, number>
}

/** Statements that were let through, by principal and minute. Each run of a broker writes rows of its own. */
interface StatementCountsTable {
  run: string
  /** JSON of issuer and subject. */
  principal: string
  /** Minutes since the epoch. */
  minute: ColumnType<number | string, number, never>
  statements: number
}

/** The brokers that share the database; see `SharedSettings`. */
interface ReplicasTable {
  id: string
  fixed: Json<Record<string, string>>
  digests: Json<Record<string, string>>
  /** Of the clock of the database. */
  seen_at: Date
}

export interface Tables {
  sessions: SessionsTable
  leases: LeasesTable
  approvals: ApprovalsTable
  approval_decisions: ApprovalDecisionsTable
  approval_views: ApprovalViewsTable
  revocations: RevocationsTable
  signing_keys: SigningKeysTable
  records: RecordsTable
  tree_nodes: TreeNodesTable
  tree_head: TreeHeadTable
  statement_counts: StatementCountsTable
  replicas: ReplicasTable
}
