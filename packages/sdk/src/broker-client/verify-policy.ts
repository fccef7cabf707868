import { digestOf, type PolicyPayload, policyPayloadSchema, SnowfenceError } from '@snowfence/core'
import type { HttpClient } from '@snowfence/core/http'
import { compactVerify, createRemoteJWKSet, customFetch, type FetchImplementation } from 'jose'

const POLICY_TYPE = 'snowfence-policy'

/** Signatures with a public key only: a broker's key set must never be usable as a shared secret. */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'RS256', 'RS384', 'RS512', 'PS256']

/** The one thing that jose fetches, by the connection that the broker is trusted on. Its address is not looked at. */
const fetchFrom =
  (broker: HttpClient): FetchImplementation =>
  async (_url, { headers, signal }) => {
    const { status, body } = await broker.send({
      method: 'GET',
      path: 'jwks.json',
      headers: Object.fromEntries(headers),
      signal,
    })
    return new Response(new Uint8Array(body), { status })
  }

/**
 * Verifies signed policies against the keys of the broker they were asked of.
 *
 * @returns a function that throws SnowfenceError ERR_POLICY_SIGNATURE_INVALID for anything but a policy that the broker
 * signed and whose digest is that of its document
 */
export const createPolicyVerifier = (broker: HttpClient): ((jws: string) => Promise<PolicyPayload>) => {
  const keys = createRemoteJWKSet(new URL('jwks.json', broker.url), { [customFetch]: fetchFrom(broker) })
  return async (jws) => {
    let content: unknown
    try {
      const { payload, protectedHeader } = await compactVerify(jws, keys, { algorithms })
      // The same keys sign leases: a token of another kind must not pass for a policy.
      if (protectedHeader.typ !== POLICY_TYPE) throw new TypeError('what was signed is not a policy')
      content = JSON.parse(new TextDecoder().decode(payload))
    } catch (cause) {
      throw new SnowfenceError('ERR_POLICY_SIGNATURE_INVALID', { cause })
    }
    const parsed = policyPayloadSchema.safeParse(content)
    if (!parsed.success || parsed.data.digest !== digestOf(parsed.data.document))
      throw new SnowfenceError('ERR_POLICY_SIGNATURE_INVALID', {
        message: 'what the broker signed is not a policy with its own digest',
      })
    return parsed.data
  }
}
