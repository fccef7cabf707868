/** A text with `*` for any run of characters, matched as a whole. */
export interface Glob {
  readonly text: string
  matches(value: string): boolean
  /** Whether every value that `other` matches is matched by this one too. */
  covers(other: Glob): boolean
}

export interface GlobOptions {
  /** Take `*` for itself. */
  readonly literal?: boolean
  readonly ignoreCase?: boolean
}

/** Reads a glob. Matching never backtracks over more than one star at a time, so no input makes it slow. */
export const compileGlob = (text: string, options: GlobOptions = {}): Glob => {
  const fold = (value: string) => (options.ignoreCase === true ? value.toUpperCase() : value)
  const pieces = options.literal === true ? [fold(text)] : fold(text).split('*')
  const matches = (value: string): boolean => matchesPieces(pieces, fold(value))
  return {
    text,
    matches,
    // A star in `other` is a character that only a star of ours can absorb: no name holds U+0000.
    covers: (other) => matches(other.text.replaceAll('*', '\u0000')) || other.text === text,
  }
}

const matchesPieces = (pieces: readonly string[], value: string): boolean => {
  const first = pieces[0]!
  const last = pieces.at(-1)!
  if (pieces.length === 1) return value === first
  if (value.length < first.length + last.length || !value.startsWith(first) || !value.endsWith(last))
    return false
  const end = value.length - last.length
  let from = first.length
  for (const piece of pieces.slice(1, -1)) {
    const at = value.indexOf(piece, from)
    if (at === -1 || at + piece.length > end) return false
    from = at + piece.length
  }
  return from <= end
}
