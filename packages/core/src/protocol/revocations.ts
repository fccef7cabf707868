import * as z from 'zod'
import { lineText, proseText } from '../text.ts'

const named = { issuer: lineText(2048).min(1), subject: lineText(255).min(1) }

/**
 * `POST /v1/principals/revoke`, by an operator: ends every session of a principal, and keeps the principal out until it is
 * restored. The person behind it is kept out at every issuer.
 */
export const revokePrincipalRequestSchema = z.strictObject({
  ...named,
  /** The value of the issuer's `personClaim`. The broker knows it where the principal has opened a session before. */
  person: lineText(255).min(1).optional(),
  reason: proseText(500).min(1),
})
export type RevokePrincipalRequest = z.infer<typeof revokePrincipalRequestSchema>
export const revokePrincipalResponseSchema = z.strictObject({
  /** Ids of the sessions that ended. */
  sessions: z.array(z.string()).describe('Ids of the sessions that ended'),
  /** Ids of sessions whose stored row is damaged or sealed under another key. Those that ended stand in `sessions` too. */
  unreadable: z
    .array(z.string())
    .describe(
      'Ids of sessions whose row could not be read; those that the broker ended all the same stand in `sessions` too',
    ),
})
export type RevokePrincipalResponse = z.infer<typeof revokePrincipalResponseSchema>

const restoreReason = { reason: proseText(500).min(1) }
/**
 * `POST /v1/principals/restore`, by an operator: lifts the revocation of a principal. A revocation whose row is damaged may
 * not tell its principal: it is lifted by its id.
 */
export const restorePrincipalRequestSchema = z.union([
  z.strictObject({ ...named, ...restoreReason }),
  z.strictObject({ id: z.uuid(), ...restoreReason }),
])
export type RestorePrincipalRequest = z.infer<typeof restorePrincipalRequestSchema>
/** False when no revocation of this principal stood. */
export const restorePrincipalResponseSchema = z.strictObject({ restored: z.boolean() })

/** `GET /v1/principals/revoked`, by an operator: the revocations that stand, newest first. */
export const revokedPrincipalsSchema = z.strictObject({
  revoked: z.array(
    z.strictObject({
      id: z.string(),
      issuer: z.string(),
      subject: z.string(),
      /** The names by which its person is known, folded; empty where no issuer names it. */
      people: z.array(z.string()),
      /** Whether the stored row lost something: the revocation may be for others too. */
      isDamaged: z.boolean().describe('Whether the stored row is damaged: it may be for others, too'),
      /** Declared by the operator: identifiers in it are replaced. Empty where the stored reason cannot be read. */
      reason: z.string(),
      revokedAt: z.iso.datetime(),
      /** Null where the broker cannot read who it was. */
      revokedBy: z.strictObject({ issuer: z.string(), subject: z.string() }).nullable(),
    }),
  ),
})
export type RevokedPrincipals = z.infer<typeof revokedPrincipalsSchema>
