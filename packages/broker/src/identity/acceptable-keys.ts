import type { JWK } from 'jose'
import { z } from 'zod'

const MAX_KEYS = 100
/** NIST SP 800-131A: 2,048 bits are the least. Above 8,192 a verification takes too long for a token of anybody's. */
const LEAST_RSA_BITS = 2048
const MOST_RSA_BITS = 8192

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })).max(MAX_KEYS) })

const integerOf = (text: unknown): bigint => {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64url') : Buffer.alloc(0)
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toString('hex')}`)
}

const isAcceptable = (key: Readonly<Record<string, unknown>>): boolean => {
  if (key.use !== undefined && key.use !== 'sig') return false
  switch (key.kty) {
    case 'RSA': {
      const bits = integerOf(key.n).toString(2).length
      const exponent = integerOf(key.e)
      return bits >= LEAST_RSA_BITS && bits <= MOST_RSA_BITS && exponent >= 3n && exponent % 2n === 1n
    }
    case 'EC':
    case 'OKP':
      return true
    default:
      // A shared secret that is published is none.
      return false
  }
}

/** The keys of a published key set that may verify a token, in its order. @throws ZodError when it is no key set. */
export const acceptableKeys = (document: unknown): JWK[] =>
  keySetSchema.parse(document).keys.filter(isAcceptable)
