/** Everything that can be wrong with a policy document, or a policy test. */
export const problemCodes = [
  'yaml-syntax',
  'wrong-form',
  'unknown-field',
  'unknown-mask',
  'unknown-class',
  'unknown-group',
  'unknown-purpose',
  'unknown-table',
  'unknown-column',
  'duplicate-rule',
  'duplicate-column',
  'unreachable-rule',
  'shadowed-rule',
  'rule-never-fires',
  'reveal-without-effect',
  'mask-type-mismatch',
  'view-classified',
  'profile-not-met',
  'free-function',
  'obligation-not-kept',
  'unclassified-not-stated',
  'class-not-used',
] as const
export type ProblemCode = (typeof problemCodes)[number]

export interface PolicyProblem {
  /** An `error` keeps the policy from being used; a `warning` is about what it leaves unsaid or without effect. */
  readonly severity: 'error' | 'warning'
  readonly code: ProblemCode
  readonly message: string
  readonly hint: string
  /** 1-based place in the text. */
  readonly line: number
  readonly column: number
  /** Where in the document: `rules[2].reveal[0]`. */
  readonly path: string
}

/** A problem before its place in the text is known. */
export interface Finding extends Omit<PolicyProblem, 'line' | 'column' | 'path'> {
  readonly path: readonly PropertyKey[]
  /** Point at the key of this path instead of its value. */
  readonly atKey?: boolean
}

/** `rules[2].reveal[0]` for a path. */
export const printPath = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? String(step) : `${text}.${String(step)}`
  }, '')
