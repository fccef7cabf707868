import { createHmac, hash } from 'node:crypto'
import { SnowfenceError } from '@snowfence/core'

/** A pseudorandom function of a text under one key: 256 bits as 43 characters of base64url. */
export type KeyedHash = (text: string) => string

const LEAST_KEY_BYTES = 16

/**
 * Makes the keyed hash of one purpose. Different purposes give unrelated outputs under the same key.
 *
 * The key of the purpose is HMAC-SHA-256(key, purpose), always 64 characters. The hash is
 * SHA-512/256(key of the purpose ‖ text): half of SHA-512's state is never shown, so the output cannot be
 * extended, and a key of fixed length in front makes it a pseudorandom function (Coron et al., "Merkle-Damgård
 * Revisited", chopped output). One call of it costs less than half of one HMAC call in Node, and every part is
 * approved in FIPS 180-4, so it works where OpenSSL is restricted to that.
 *
 * @throws ERR_MASK_MATERIAL_MISSING when the key has less than 16 bytes.
 */
export const createKeyedHash = (key: Uint8Array, purpose: string): KeyedHash => {
  if (key.byteLength < LEAST_KEY_BYTES) {
    throw new SnowfenceError('ERR_MASK_MATERIAL_MISSING', {
      message: `a masking key has ${key.byteLength} bytes and needs at least ${LEAST_KEY_BYTES}`,
    })
  }
  const purposeKey = createHmac('sha256', key).update(purpose).digest('hex')
  return (text) => hash('sha512-256', purposeKey + text, 'base64url')
}
