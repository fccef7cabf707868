import type { Principal } from '@snowfence/core'

/** A principal from a token whose signature, issuer, audience and life have been verified. */
export interface VerifiedIdentity {
  readonly principal: Principal
  readonly expiresAt: Date
}

export interface IdentityVerifier {
  /** @throws SnowfenceError one of `ERR_IDENTITY_TOKEN_…`, `ERR_IDENTITY_AUDIENCE_…`, `ERR_IDENTITY_ISSUER_…` */
  verify(token: string): Promise<VerifiedIdentity>
}
