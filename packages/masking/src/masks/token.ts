import type { ApplyMask } from '../cell-mask.ts'
import type { KeyedHash } from '../keyed-hash.ts'
import { memoise } from '../memo.ts'
import { textOfScalar } from '../values/value-text.ts'

/** 22 characters of base64url are 132 bits: no two of any number of values a warehouse can hold will meet. */
const TOKEN_CHARACTERS = 22

/** A keyed pseudonym: the same value has the same token under the same key and domain. */
export const compileToken = (keyedHash: KeyedHash): ApplyMask => {
  const tokenOf = memoise((text) => `tok_${keyedHash(text).slice(0, TOKEN_CHARACTERS)}`)
  return (value) => {
    const text = textOfScalar(value)
    return text === null ? null : tokenOf(text)
  }
}
