import { type Digest, digestOf } from '@snowfence/core'
import type { Lexed } from './token.ts'

/**
 * Hash of the literal-free form: equal for statements that differ only in literals, comments, white space and the
 * case of unquoted names.
 */
export const fingerprintOf = ({ text, tokens }: Lexed): Digest => {
  let form = ''
  for (const { kind, start, end, upper } of tokens) {
    if (form !== '') form += ' '
    if (kind === 'string' || kind === 'number' || kind === 'unknown') form += '?'
    else form += kind === 'word' ? upper : text.slice(start, end)
  }
  return digestOf(form)
}
