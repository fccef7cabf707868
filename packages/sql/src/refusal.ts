import { type RefusalCode, refusalReasons } from './refusal-reasons.ts'

/** Where a refusal points: an offset in UTF-16 units, a span of the parser, or nothing. */
export type Place =
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'point'; readonly line: number; readonly column: number }

/**
 * Ends an analysis: thrown inside this package only, and turned into a `RefusalReason` by `analyze`.
 * INVARIANT: `detail` holds names and keywords, never literals.
 */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly detail: string | null
  readonly place: Place | null

  constructor(code: RefusalCode, options: { detail?: string | null; place?: Place | null } = {}) {
    super(code)
    this.code = code
    this.detail = options.detail ?? null
    this.place = options.place ?? null
  }

  /** The message for people: the catalogue's, with the name it is about. */
  get text(): string {
    const { message } = refusalReasons[this.code]
    return this.detail === null ? message : `${message}: \`${this.detail}\``
  }
}

/** Errors of this kind end here, without a stack: a refusal is an answer, not a fault. */
export const refuse = (
  code: RefusalCode,
  options: { detail?: string | null; place?: Place | null } = {},
): never => {
  throw new Refusal(code, options)
}
