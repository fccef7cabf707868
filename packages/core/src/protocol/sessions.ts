import * as z from 'zod'
import { agentSchema, principalSchema } from '../principal.ts'
import { lineText, proseText } from '../text.ts'

/** One issued, expiring Snowflake credential. */
export const leaseSchema = z.strictObject({
  id: z.string(),
  /** The driver's `authenticator`. */
  kind: z.literal('oauth'),
  token: z.string(),
  user: z.string(),
  role: z.string(),
  warehouse: z.string().nullable(),
  /** ISO 8601. */
  expiresAt: z.iso.datetime(),
})
export type Lease = z.infer<typeof leaseSchema>

/** The policy as the broker signed it: a compact JWS over `{ version, digest, document }`. */
export const signedPolicySchema = z.strictObject({ jws: z.string() })
export const policyPayloadSchema = z.strictObject({
  version: z.string(),
  digest: z.string(),
  /** The policy's YAML text. */
  document: z.string(),
})
export type PolicyPayload = z.infer<typeof policyPayloadSchema>

/** `POST /v1/sessions`, with the identity token as bearer. */
export const createSessionRequestSchema = z.strictObject({
  purpose: lineText(100).min(1),
  agent: agentSchema,
  client: z.strictObject({ name: lineText(100), version: lineText(100) }),
  snowflake: z.strictObject({
    account: lineText(255),
    warehouse: lineText(255).optional(),
    role: lineText(255).optional(),
  }),
})
export type CreateSessionRequest = z.infer<typeof createSessionRequestSchema>

export const sessionSchema = z.strictObject({
  sessionId: z.string(),
  /** Bearer for every further request of this session. */
  sessionToken: z.string(),
  expiresAt: z.iso.datetime(),
  principal: principalSchema,
  policy: signedPolicySchema,
  lease: leaseSchema,
  /** Key for tokens of scope `policy`, base64url, 32 bytes: the same in every session under one policy, and under that alone. */
  tokenKey: z.string(),
})
export type Session = z.infer<typeof sessionSchema>

/**
 * `POST /v1/sessions/{id}/renew`, with the session token as bearer: the session goes on as long as its identity does, so
 * each renewal presents an identity token, and the groups of that token hold from then on.
 */
export const renewSessionRequestSchema = z.strictObject({ identityToken: lineText(16_384).min(1) })
export type RenewSessionRequest = z.infer<typeof renewSessionRequestSchema>

/** `POST /v1/sessions/{id}/renew`: a fresh lease, and a fresh policy when it changed. */
export const renewSessionResponseSchema = z.strictObject({
  lease: leaseSchema,
  policy: signedPolicySchema,
  /** That of the policy it came with. */
  tokenKey: z.string(),
  /** As the newest identity token has it. */
  principal: principalSchema,
  /** The end of the session: of the identity token, or of the time that a session may live. */
  expiresAt: z.iso.datetime(),
})
export type RenewSessionResponse = z.infer<typeof renewSessionResponseSchema>

/** `POST /v1/sessions/{id}/revoke`, by an operator. The reason is shown to the agent. */
export const revokeSessionRequestSchema = z.strictObject({ reason: proseText(500).min(1) })

/**
 * `GET /v1/audit/sessions/{id}`, for auditors and the session itself: what the session declared, which the trail keeps
 * encrypted. The names of declared members are in `declared`: nobody has verified them, and identifiers that the broker
 * found in them are replaced.
 */
export const declaredSessionSchema = z.strictObject({
  sessionId: z.string(),
  principal: principalSchema.pick({ issuer: true, subject: true }),
  purpose: z.string(),
  agent: agentSchema,
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  /** Why it ended, where an operator said so. */
  endReason: z.string().nullable(),
  declared: z.array(z.enum(['purpose', 'agent', 'endReason'])),
})
export type DeclaredSession = z.infer<typeof declaredSessionSchema>

export const sessionStates = ['live', 'expired', 'closed', 'revoked'] as const
export type SessionState = (typeof sessionStates)[number]

/** `GET /v1/sessions`, by an operator or auditor: a page of sessions, newest first. */
export const sessionListSchema = z.strictObject({
  sessions: z.array(
    z.strictObject({
      id: z.string(),
      state: z.enum(sessionStates),
      issuer: z.string(),
      subject: z.string(),
      /** The id that the agent declared. */
      agent: z.string().describe('The id that the agent declared'),
      role: z.string(),
      createdAt: z.iso.datetime(),
      expiresAt: z.iso.datetime(),
      /** When it was closed or revoked. */
      endedAt: z.iso.datetime().nullable(),
    }),
  ),
  /** `cursor` of the next page; null on the last one. */
  next: z.string().nullable(),
})
export type SessionList = z.infer<typeof sessionListSchema>
export type ListedSession = SessionList['sessions'][number]

/** Server-sent events of `GET /v1/sessions/{id}/events`; the event's data is this JSON. */
export const sessionEventSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('session.revoked'), reason: z.string() }),
  z.strictObject({ type: z.literal('policy.changed'), policy: signedPolicySchema, tokenKey: z.string() }),
])
export type SessionEvent = z.infer<typeof sessionEventSchema>
