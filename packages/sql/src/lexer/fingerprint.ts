import { type Digest, digestOf } from '@snowfence/core'
import type { Lexed } from './token.ts'

/**
 * Hash of the literal-free form: equal for statements that differ only in literals, comments, white space and the
 * case of unquoted names.
 */
export const fingerprintOf = ({ text, tokens }: Lexed): Digest => {
  const form: string[] = []
  for (const { kind, start, end, upper } of tokens) {
    if (kind === 'string' || kind === 'number' || kind === 'unknown') form.push('?')
    else if (kind === 'word') form.push(upper)
    else form.push(text.slice(start, end))
  }
  return digestOf(form.join(' '))
}
