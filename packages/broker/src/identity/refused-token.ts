import { SnowfenceError } from '@snowfence/core'

/** Why a token opened nothing: a closed list, so that nothing of a token can stand in its place. */
export type RefusalReason =
  | 'not-a-token'
  | 'too-long'
  | 'type'
  | 'key-in-header'
  | 'critical-header'
  | 'algorithm'
  | 'signature'
  | 'unknown-key'
  | 'issuer-unknown'
  | 'issuer-unreachable'
  | 'audience'
  | 'expired'
  | 'not-yet-valid'
  | 'life'
  | 'party'
  | 'claim'
  | 'repeated-claim'
  | 'groups-elsewhere'
  | 'person'
  | 'wrong-kind'
  | 'session-unknown'
  | 'session-closed'
  | 'session-revoked'
  | 'session-expired'
  | 'principal-revoked'
  | 'other-principal'
  | 'no-role'
  | 'other-account'
  | 'rate-limited'

/** What the record of a refusal may say of the token. */
export interface RefusedToken {
  readonly reason: RefusalReason
  /** The configured issuer that the token names; null when it names another or none. */
  readonly issuer: string | null
  /** Its subject. Only of a token whose signature was verified: anybody can write anything into another. */
  readonly subject: string | null
  /** Of a session token: under this hash the database knows its session, if there was one. */
  readonly tokenHash: string | null
}

const nothing: RefusedToken = { reason: 'not-a-token', issuer: null, subject: null, tokenHash: null }

// Beside the errors and not in them: an error is answered to whoever sent the token.
const refusedTokens = new WeakMap<SnowfenceError, RefusedToken>()

/** Adds to what the record of a refusal may say. Gives the error. */
export const noteRefusal = (error: SnowfenceError, facts: Partial<RefusedToken>): SnowfenceError => {
  refusedTokens.set(error, { ...nothing, ...refusedTokens.get(error), ...facts })
  return error
}

/** What is known of the token that an error refused; null for an error that refused none. */
export const refusedTokenOf = (error: unknown): RefusedToken | null =>
  error instanceof SnowfenceError ? (refusedTokens.get(error) ?? null) : null
