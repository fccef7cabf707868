import { SnowfenceError } from '@snowfence/core'
import { createRemoteJWKSet, type RemoteJWKSet } from 'jose'
import { z } from 'zod'
import { isSafeUrl } from '../config/is-loopback.ts'

const FETCH_TIMEOUT_MS = 5000

const discoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string() })

const unreachable = (issuer: string, cause: unknown): SnowfenceError =>
  new SnowfenceError('ERR_IDENTITY_ISSUER_UNREACHABLE', {
    message: `the keys of the identity provider \`${issuer}\` could not be fetched`,
    cause,
  })

/** OpenID Connect Discovery 1.0, section 4: the document lies below the issuer, path included, and names it. */
const discover = async (issuer: string): Promise<RemoteJWKSet> => {
  const response = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`, {
    headers: { accept: 'application/json' },
    redirect: 'error',
    signal: AbortSignal.timeout(FETCH_TIMEOUT_MS),
  })
  if (!response.ok) throw new Error(`the discovery document answered with status ${response.status}`)
  const document = discoverySchema.parse(await response.json())
  if (document.issuer !== issuer) throw new Error('the discovery document names another issuer')
  if (!isSafeUrl(document.jwks_uri)) throw new Error('the keys are offered over plain http')
  return createRemoteJWKSet(new URL(document.jwks_uri), { timeoutDuration: FETCH_TIMEOUT_MS })
}

/** Finds each issuer's keys by discovery, once; a failure is not remembered. */
export class IssuerKeys {
  readonly #sets = new Map<string, Promise<RemoteJWKSet>>()

  /** @throws SnowfenceError `ERR_IDENTITY_ISSUER_UNREACHABLE` */
  async of(issuer: string): Promise<RemoteJWKSet> {
    let found = this.#sets.get(issuer)
    if (found === undefined) {
      found = discover(issuer)
      this.#sets.set(issuer, found)
    }
    try {
      return await found
    } catch (error) {
      this.#sets.delete(issuer)
      throw unreachable(issuer, error)
    }
  }
}
