import type { StoredTableName } from './catalogue/table-statements.ts'
import { type RefusalCode, refusalReasons } from './refusal-reasons.ts'

/** Where a refusal points: an offset in UTF-16 units, or a line and column as the parser counts them. */
export type Place =
  | { readonly kind: 'offset'; readonly offset: number }
  | { readonly kind: 'point'; readonly line: number; readonly column: number }

export interface RefusalOptions {
  /** The name or construct it is about. Never a literal. */
  readonly detail?: string | null
  readonly place?: Place | null
  /** Tables that the catalogue does not have, which may exist all the same. The first is the one it is about. */
  readonly missing?: readonly StoredTableName[]
  /** The stored name that may be meant instead. */
  readonly nearest?: string | null
  /** A more exact account than the catalogue's, for functions that are refused for a reason of their own. */
  readonly because?: { readonly because: string; readonly hint: string }
  /** Message and hint in place of the catalogue's. INVARIANT: texts of ours, never of the statement. */
  readonly explained?: { readonly message: string; readonly hint: string }
}

const LONGEST_DETAIL = 120

const PLAIN_QUOTED = /^"[A-Za-z_][A-Za-z0-9_$]*"$/

/**
 * A name as a message may repeat it. In double quotes anything can be a name, a value too that somebody took for a string:
 * what is no plain word is left out, its place in the text says which it is. And a name can be as long as the text.
 */
const showName = (detail: string | null | undefined): string | null => {
  if (detail === undefined || detail === null) return null
  const shown = detail.replace(/"(?:[^"]|"")*"/g, (part) => (PLAIN_QUOTED.test(part) ? part : '"…"'))
  return shown.length > LONGEST_DETAIL ? `${shown.slice(0, LONGEST_DETAIL)}…` : shown
}

/** Ends an analysis: thrown inside this package only, and turned into a `RefusalReason` by `analyze`. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly text: string
  readonly hint: string
  readonly place: Place | null
  missing: readonly StoredTableName[]

  constructor(code: RefusalCode, options: RefusalOptions = {}) {
    super(code)
    const { because, explained } = options
    const { message, hint } = explained ?? refusalReasons[code]
    const detail = showName(options.detail)
    this.code = code
    this.text =
      because !== undefined
        ? `the function \`${detail}\` ${because.because}`
        : detail === null
          ? message
          : `${message}: \`${detail}\``
    const nearest = showName(options.nearest)
    this.hint = because?.hint ?? (nearest === null ? hint : `did you mean \`${nearest}\`? Otherwise ${hint}`)
    this.place = options.place ?? null
    this.missing = options.missing ?? []
  }
}
