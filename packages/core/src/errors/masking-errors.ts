import type { ErrorEntry } from './error-entry.ts'

export const maskingErrors = {
  ERR_MASK_UNKNOWN: {
    message: 'the mask is not known',
    why: 'A mask that is not understood cannot be applied, so no value is shown.',
    hint: 'use one of the masks that docs/masks.md lists',
    retryable: false,
  },
  ERR_MASK_MATERIAL_MISSING: {
    message: 'a mask lacks the key or the random source it needs',
    why: 'Pseudonyms need a key of at least 16 bytes and random tokens need a vault. Without them no value is shown.',
    hint: 'give `keys` of at least 16 bytes, and a `random` vault where a column has the mask `random`',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>
