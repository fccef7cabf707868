import { createHmac, hash } from 'node:crypto'
import { SnowfenceError } from '@snowfence/core'

/** A pseudorandom function of a text under one key: 132 bits as 22 characters of base64url. */
export type KeyedHash = (text: string) => string

const LEAST_KEY_BYTES = 16
/** 132 of SHA-256's 256 bits. No two of any number of values that a warehouse can hold will meet. */
const SHOWN_CHARACTERS = 22

/** Texts of up to so many characters are hashed where they are written, behind the key. */
const LONGEST_WRITTEN = 128

/**
 * Makes the keyed hash of one purpose. Different purposes give unrelated outputs under the same key.
 *
 * The key of the purpose is HMAC-SHA-256(key, purpose) in hexadecimal: 64 characters, one block of SHA-256. The hash
 * is SHA-256(key of the purpose ‖ text), of which 124 bits are never shown. That is AMAC, a pseudorandom function
 * (Bellare, Bernstein, Tessaro, "Hash-Function Based PRFs: AMAC and Its Multi-User Security", Eurocrypt 2016): without
 * the hidden bits nobody can go on from an output. It costs a fifth of one HMAC call in Node.
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
  const keyBytes = Buffer.from(purposeKey, 'latin1')
  const block = new Uint8Array(keyBytes.length + LONGEST_WRITTEN)
  block.set(keyBytes)
  const blocks: (Uint8Array | undefined)[] = []

  /** The key and the text as bytes, without a string or a buffer made for them; null where that is not one byte each. */
  const write = (text: string): Uint8Array | null => {
    const { length } = text
    if (length > LONGEST_WRITTEN) return null
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index)
      if (code > 0x7f) return null
      block[keyBytes.length + index] = code
    }
    blocks[length] ??= block.subarray(0, keyBytes.length + length)
    return blocks[length]
  }

  return (text) => hash('sha256', write(text) ?? purposeKey + text, 'base64url').slice(0, SHOWN_CHARACTERS)
}
