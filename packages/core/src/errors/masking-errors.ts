import type { ErrorEntry } from './error-entry.ts'

export const maskingErrors = {
  ERR_MASK_UNKNOWN: {
    message: 'the mask is not known',
    why: 'A mask that is not understood cannot be applied, so no value is shown.',
    hint: 'use one of the masks that docs/masks.md lists',
    retryable: false,
  },
} as const satisfies Record<string, ErrorEntry>
