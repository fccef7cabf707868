import { randomUUID } from 'node:crypto'
import { SignJWT } from 'jose'
import { addSeconds, type Clock } from '../clock.ts'
import type { KeyStore } from '../keys/key-store.ts'
import type { CredentialIssuer } from './credential-issuer.ts'

export interface ExternalOauthOptions {
  readonly keys: KeyStore
  readonly clock: Clock
  /** The broker's public address: what the Snowflake integration trusts as issuer. */
  readonly issuer: () => string
  /** The Snowflake account's address. */
  readonly audience: string
}

/**
 * Issues External OAuth access tokens for one user and one role.
 *
 * Snowflake: External OAuth, `TYPE = CUSTOM`: `iss`, `aud`, `sub`, `iat`, `exp` and the `scp` list, whose entry
 * `session:role:<role>` allows that role and no other while `EXTERNAL_OAUTH_ANY_ROLE_MODE` is `DISABLE`.
 */
export const createExternalOauthIssuer = ({
  keys,
  clock,
  issuer,
  audience,
}: ExternalOauthOptions): CredentialIssuer => ({
  async issue({ user, role, warehouse, lifeSeconds }) {
    const key = keys.active('token')
    const id = randomUUID()
    const issuedAt = clock()
    const issuedSeconds = Math.floor(issuedAt.getTime() / 1000)
    const token = await new SignJWT({ scp: [`session:role:${role}`] })
      .setProtectedHeader({ alg: key.algorithm, kid: key.kid, typ: 'JWT' })
      .setIssuer(issuer())
      .setAudience(audience)
      .setSubject(user)
      .setJti(id)
      .setIssuedAt(issuedSeconds)
      .setExpirationTime(issuedSeconds + lifeSeconds)
      .sign(key.privateKey)
    return {
      id,
      kind: 'oauth',
      token,
      user,
      role,
      warehouse,
      expiresAt: addSeconds(new Date(issuedSeconds * 1000), lifeSeconds).toISOString(),
    }
  },
})
