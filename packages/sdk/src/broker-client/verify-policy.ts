import { digestOf, type PolicyPayload, parseOnce, policyPayloadSchema, SnowfenceError } from '@snowfence/core'
import { compactVerify } from 'jose'
import type { BrokerKeys } from './broker-keys.ts'

const POLICY_TYPE = 'snowfence-policy'

/** Signatures with a public key only: a broker's key set must never be usable as a shared secret. */
const algorithms = ['ES256', 'ES384', 'ES512', 'EdDSA', 'Ed25519', 'RS256', 'RS384', 'RS512', 'PS256']

/**
 * Verifies signed policies against the keys of the broker they were asked of.
 *
 * @returns a function that throws SnowfenceError ERR_POLICY_SIGNATURE_INVALID for anything but a policy that the broker
 * signed and whose digest is that of its document
 */
export const createPolicyVerifier =
  (keys: BrokerKeys): ((jws: string) => Promise<PolicyPayload>) =>
  async (jws) => {
    let content: unknown
    try {
      const { payload, protectedHeader } = await compactVerify(jws, keys.find, { algorithms })
      // The same keys sign leases: a token of another kind must not pass for a policy.
      if (protectedHeader.typ !== POLICY_TYPE) throw new TypeError('what was signed is not a policy')
      content = JSON.parse(new TextDecoder().decode(payload))
    } catch (cause) {
      throw new SnowfenceError('ERR_POLICY_SIGNATURE_INVALID', { cause })
    }
    const parsed = policyPayloadSchema.safeParse(content, parseOnce)
    if (!parsed.success || parsed.data.digest !== digestOf(parsed.data.document))
      throw new SnowfenceError('ERR_POLICY_SIGNATURE_INVALID', {
        message: 'what the broker signed is not a policy with its own digest',
      })
    return parsed.data
  }
