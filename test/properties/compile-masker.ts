import type { Mask } from '@snowfence/core'
import { compileRowMasker, createRandomVault, type RowMasker } from '@snowfence/masking'

export interface MaskerSettings {
  readonly session?: number
  readonly policy?: number
  readonly domain?: string
}

/** A masker of one column with keys of one repeated byte and a random source that counts. */
export const compileMasker = (
  mask: Mask | null,
  type: string,
  { session = 1, policy = 2, domain = '' }: MaskerSettings = {},
): RowMasker => {
  let drawn = 0
  const random = (size: number) =>
    Uint8Array.from({ length: size }, (_, index) => {
      if (index === 0) drawn += 1
      return (drawn * 31 + index * 7 + (index >> 8)) % 256
    })
  return compileRowMasker({
    columns: [{ name: 'COLUMN', type, mask, domain }],
    keys: { session: new Uint8Array(32).fill(session), policy: new Uint8Array(32).fill(policy) },
    asOf: new Date('2026-11-23T00:00:00Z'),
    random: createRandomVault({ random }),
  })
}
