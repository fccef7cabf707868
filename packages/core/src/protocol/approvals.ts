import * as z from 'zod'
import { approvalRequirementSchema } from '../decision.ts'
import { principalSchema } from '../principal.ts'
import { exactText, lineText, proseText } from '../text.ts'
import { leaseSchema } from './sessions.ts'

/** The states of `reference`'s approval state machine: pending and approved move on, claimed settles, the rest are ends. */
export const approvalStates = [
  'pending',
  'approved',
  'claimed',
  'executed',
  'failed',
  'indeterminate',
  'rejected',
  'expired',
  'cancelled',
  'revoked',
] as const
export type ApprovalState = (typeof approvalStates)[number]

/** Snowflake: the text of a query is at most 1 MB. */
const MAX_STATEMENT = 1024 * 1024
/** Snowflake: an identifier has at most 255 characters; quoted, each may be doubled. */
const MAX_NAME = 512
/** A digest is `sha256:` and 64 hex digits. */
const MAX_DIGEST = 100

/** Rows of binds and values that are JSON themselves are a few levels deep. What walks through them calls itself. */
const MAX_BIND_LEVELS = 64

const isBind = (value: unknown, levels = MAX_BIND_LEVELS): boolean => {
  // JSON.parse reads a number that is too large as infinity, which JSON cannot hold.
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || value === null) return true
  return levels > 0 && Object.values(value).every((member) => isBind(member, levels - 1))
}

/** A value as the driver would send it: JSON of finite numbers that is not nested without end. */
const bindSchema = z
  .unknown()
  .refine((value) => isBind(value), `must be finite JSON of at most ${MAX_BIND_LEVELS} levels`)

/** The exact statement and the context it will run in: what the approval digest covers. */
export const approvalStatementSchema = z.strictObject({
  sqlText: exactText(MAX_STATEMENT),
  /** As the driver would send them; null when the statement has none. */
  binds: z.array(bindSchema).nullable(),
  warehouse: exactText(MAX_NAME).nullable(),
  database: exactText(MAX_NAME).nullable(),
  schema: exactText(MAX_NAME).nullable(),
})
export type ApprovalStatement = z.infer<typeof approvalStatementSchema>

/** `POST /v1/approvals`, with the session token as bearer. */
export const createApprovalRequestSchema = z.strictObject({
  statement: approvalStatementSchema,
  /** Computed by the SDK with `approvalDigest`; the broker computes it again and refuses a difference. */
  digest: lineText(MAX_DIGEST),
  /**
   * True when the agent waits for the answer: it reads the request with `wait`, again and again. When it stops, the broker
   * withdraws the request within seconds.
   */
  attended: z.boolean().default(false),
  /** Chosen by the agent for this one request. The same key again, after a lost answer, gives the request of the first time. */
  key: z.uuid().optional(),
  /** Why the agent asks, in its own words. */
  reason: proseText(2000).nullable(),
  /** W3C trace context: the broker's own records of the request are then seen in the same trace. */
  traceparent: z
    .string()
    .regex(/^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/)
    .optional(),
})
export type CreateApprovalRequest = z.infer<typeof createApprovalRequestSchema>

export const approvalDecisionSchema = z.strictObject({
  approver: principalSchema.pick({ issuer: true, subject: true }),
  decision: z.enum(['approve', 'reject']),
  comment: z.string().nullable(),
  at: z.iso.datetime(),
  /** Digest of what the approver was shown. */
  seenDigest: z.string(),
})

/**
 * Members of an approval that somebody declared: nobody has verified them. Identifiers that the broker found in them are
 * replaced by their kind, such as `[ssn]`.
 */
export const declaredMembers = ['agent.id', 'agent.task', 'purpose', 'reason', 'decisions.comment'] as const

/** An approval request as requester and eligible approvers read it. */
export const approvalSchema = z.strictObject({
  id: z.string(),
  state: z.enum(approvalStates),
  digest: z.string(),
  requirement: approvalRequirementSchema,
  requester: principalSchema.pick({ issuer: true, subject: true }),
  agent: z.strictObject({ id: z.string(), task: z.string().nullable() }),
  purpose: z.string(),
  reason: z.string().nullable(),
  /** Literal-free text, always. */
  text: z.string(),
  /** The real statement with its binds: present only for an eligible approver while the request is pending. */
  statement: approvalStatementSchema.nullable(),
  /** The same for the eyes: what cannot be seen in it, or turns the order of letters, stands as `⟨U+202E⟩`. */
  display: z
    .strictObject({
      sqlText: z.string(),
      /** As JSON. */
      binds: z.string().nullable(),
      /** The code points that were replaced, each once: something is hidden where there are any. */
      unseen: z.array(z.string()),
    })
    .nullable(),
  /** `DATABASE.SCHEMA.TABLE` read, and the classified columns that are touched, by the broker's own analysis. */
  reads: z.array(z.string()),
  classifiedColumns: z.array(z.string()),
  decisions: z.array(approvalDecisionSchema),
  createdAt: z.iso.datetime(),
  deadlineAt: z.iso.datetime(),
  /** Until when an approval may be claimed; null before it was given. */
  validUntil: z.iso.datetime().nullable(),
  /** The members of this answer that are declared text, unverified. */
  declared: z.array(z.enum(declaredMembers)),
})
export type Approval = z.infer<typeof approvalSchema>

/** `POST /v1/approvals/{id}/decision`, with the reviewer's identity token as bearer. `seenDigest` is the request's digest. */
export const decideApprovalRequestSchema = z.strictObject({
  decision: z.enum(['approve', 'reject']),
  comment: proseText(2000).nullable().default(null),
  seenDigest: lineText(MAX_DIGEST),
})

/** `POST /v1/approvals/{id}/claim`: spends one use and hands out the elevated lease. */
export const claimApprovalRequestSchema = z.strictObject({
  digest: lineText(MAX_DIGEST),
  /** Chosen by the claimer for this one claim. The same key again, after a lost answer, is the same claim and no second use. */
  key: z.uuid().optional(),
})
export type ClaimApprovalRequest = z.infer<typeof claimApprovalRequestSchema>
export const claimApprovalResponseSchema = z.strictObject({
  approval: approvalSchema,
  /** Null when the requirement names no role: the session's own lease runs it. */
  lease: leaseSchema.nullable(),
})
export type ClaimApprovalResponse = z.infer<typeof claimApprovalResponseSchema>

/** `GET /v1/approvals?state=pending`: a page of those that the bearer may read, newest first unless `order=oldest`. */
export const approvalListSchema = z.strictObject({
  approvals: z.array(approvalSchema),
  /** `cursor` of the next page; null on the last one. */
  next: z.string().nullable(),
  /** When the pending request that waits longest was made, of all that the bearer may read; null when none waits. */
  oldestPendingAt: z.iso.datetime().nullable(),
})

/**
 * `POST /v1/approvals/{id}/settle`: how the claimed statement ended. A claim that was not settled in time is
 * `indeterminate`, and its claimer may still settle it: knowing late is better than not knowing.
 */
export const settleApprovalRequestSchema = z.strictObject({
  outcome: z.enum(['executed', 'failed']),
  /** Snowflake's query id: a UUID, so that nothing else can be written in its place. */
  queryId: z.guid().nullable(),
})
