import type { RefusalCode } from '../refusal-reasons.ts'

/**
 * `word` is an unquoted name or keyword, `quoted` a name in double quotes, `placeholder` is `?`, `$1` or `$name`,
 * `stage` an unquoted `@…` location, `file` a `file://…` location of PUT and GET, `unknown` what is not SQL.
 */
export type TokenKind =
  | 'word'
  | 'quoted'
  | 'string'
  | 'number'
  | 'placeholder'
  | 'stage'
  | 'file'
  | 'operator'
  | 'comment'
  | 'unknown'

/** A token by its place in the text: UTF-16 offsets, `end` exclusive. */
export interface Token {
  readonly kind: TokenKind
  readonly start: number
  readonly end: number
  /** A `word` in upper case; empty for every other kind. */
  readonly upper: string
}

export interface LexProblem {
  readonly code: RefusalCode
  readonly offset: number
}

export interface Lexed {
  readonly text: string
  /** Without comments and white space. */
  readonly tokens: readonly Token[]
  readonly comments: readonly Token[]
  /** The first place where Snowflake and a parser might read the text differently. The tokens still cover the whole text. */
  readonly problem: LexProblem | null
}
