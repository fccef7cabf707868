import type { Principal } from '@snowfence/core'
import type { PersonIdentity } from '@snowfence/policy'

/** A principal from a token whose signature, issuer, audience and life have been verified. */
export interface VerifiedIdentity {
  readonly principal: Principal
  /** Everybody whom the token speaks of: its subject first, then its actors. */
  readonly people: readonly PersonIdentity[]
  /** The token's own end. Nothing that it opens may outlive it. */
  readonly expiresAt: Date
}

export interface IdentityVerifier {
  /** @throws SnowfenceError one of `ERR_IDENTITY_TOKEN_…`, `ERR_IDENTITY_AUDIENCE_…`, `ERR_IDENTITY_ISSUER_…` */
  verify(token: string): Promise<VerifiedIdentity>
}
