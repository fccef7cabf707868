import type { ApplyMask } from '../cell-mask.ts'
import type { KeyedHash } from '../keyed-hash.ts'
import { memoise } from '../memo.ts'
import { textOfScalar } from '../values/value-text.ts'

/** A keyed pseudonym: the same value has the same token under the same key and domain. */
export const compileToken = (keyedHash: KeyedHash): ApplyMask => {
  const tokenOf = memoise((text) => `tok_${keyedHash(text)}`)
  return (value) => {
    const text = textOfScalar(value)
    return text === null ? null : tokenOf(text)
  }
}
