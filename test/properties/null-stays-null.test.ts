import { maskKinds, maskSchema } from '@snowfence/core'
import { expect, it } from 'vitest'
import { compileMasker } from './compile-masker.ts'

it.each(maskKinds)('NULL stays NULL under %s, whatever the type', (kind) => {
  for (const type of [
    'text',
    'fixed',
    'real',
    'boolean',
    'date',
    'timestamp_ltz',
    'binary',
    'variant',
    'array',
  ]) {
    const masker = compileMasker(maskSchema.parse(kind), type)
    expect(masker.maskCell(0, null)).toBeNull()
    expect(masker.maskCell(0, undefined)).toBeNull()
  }
})
