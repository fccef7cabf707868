/** What a span of the trail records. */
export type AuditSpanKind =
  | 'policy'
  | 'trail'
  | 'identity'
  | 'session'
  | 'lease'
  | 'authorize'
  | 'approval'
  | 'query'

/**
 * What a value may look like. A value outside its form is recorded as `invalid` in its place: so a driver's message,
 * a literal or a token that is passed by mistake cannot get into the trail.
 */
export type ValueForm =
  /** A word of a closed list, a code, an id: no white space, at most 200 characters. */
  | 'word'
  /** `sha256:` and 64 hex digits. */
  | 'digest'
  /** A Snowflake object name from the catalogue or the session, on one line: cut after 800 characters. */
  | 'name'
  /** A name that an identity provider vouches for, or an operator gave: cut after 500 characters. */
  | 'vouched'
  /**
   * Text that a program or its developer declares, unverified. SDK and broker replace the identifiers that they find in it.
   * Cut after 500 characters.
   */
  | 'declared'
  /** Declared text, encrypted by the broker. */
  | 'sealed'
  /** A UUID. */
  | 'uuid'
  /** SQL that is free of literals and comments: cut after 4,000 characters, between two words. */
  | 'redacted-sql'
  | 'number'
  | 'boolean'

export interface AttributeDefinition {
  readonly type: 'string' | 'string[]' | 'int' | 'boolean'
  readonly form: ValueForm
  readonly spans: readonly AuditSpanKind[]
  /** When it is set; `always` for every span of these kinds. */
  readonly when: string
  readonly meaning: string
  /** The closed list that its values are from, each with its meaning. */
  readonly values?: Readonly<Record<string, string>>
}
