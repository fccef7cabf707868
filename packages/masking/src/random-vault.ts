import { hash } from 'node:crypto'

/** Gives that many bytes from a cryptographically secure source, as `randomBytes` of node:crypto does. */
export type RandomSource = (size: number) => Uint8Array

/** Random tokens of one session: the same value has the same token for as long as the vault lives. */
export interface RandomVault {
  /** The token of a value, or `null` when the vault is full: an unknown value is then withheld. */
  tokenFor(domain: string, text: string): string | null
}

export interface RandomVaultOptions {
  readonly random: RandomSource
  /** How many values get a token. 500,000 by default, about 100 bytes each. */
  readonly capacity?: number
}

const TOKEN_BYTES = 16
const BLOCK_BYTES = 256 * TOKEN_BYTES
const LONGEST_KEY = 64

/**
 * Makes an empty vault. Its tokens are drawn, not computed: nothing leads from a token back to its value but the
 * vault itself, which is what tells a code of 45 CFR 164.514(c) from a pseudonym.
 */
export const createRandomVault = ({ random, capacity = 500_000 }: RandomVaultOptions): RandomVault => {
  const tokens = new Map<string, string>()
  let block = Buffer.alloc(0)
  let used = 0

  const draw = (): string => {
    if (used + TOKEN_BYTES > block.length) {
      block = Buffer.from(random(BLOCK_BYTES))
      if (block.length < BLOCK_BYTES)
        throw new TypeError('the random source gave fewer bytes than it was asked for')
      used = 0
    }
    used += TOKEN_BYTES
    return `rnd_${block.toString('base64url', used - TOKEN_BYTES, used)}`
  }

  return {
    tokenFor(domain, text) {
      const short = text.length > LONGEST_KEY ? `#${hash('sha256', text, 'base64url')}` : `=${text}`
      const key = `${domain.length}:${domain}${short}`
      const known = tokens.get(key)
      if (known !== undefined) return known
      if (tokens.size >= capacity) return null
      const token = draw()
      tokens.set(key, token)
      return token
    },
  }
}
