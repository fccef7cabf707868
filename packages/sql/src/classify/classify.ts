import type { Effect } from '@snowfence/core'
import type { Lexed } from '../lexer/token.ts'

export interface Classification {
  /** Kebab-case, for people: `select`, `create-table`, `put`. `unknown` where the first words say nothing. */
  readonly kind: string
  readonly effects: readonly Effect[]
}

export const classify = (_lexed: Lexed): Classification => ({ kind: 'unknown', effects: [] })
