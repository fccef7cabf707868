import type { Token } from '../lexer/token.ts'

/** Tokens by their number, `to` exclusive, and how they are written for the parser. */
export interface Edit {
  readonly from: number
  readonly to: number
  readonly instead: string
  /** Whether it only writes a name another way, so that the name still has to be understood. */
  readonly isName?: true
}

/** Where an edit stands in a text. */
export interface PlacedEdit {
  readonly start: number
  readonly end: number
  readonly instead: string
}

export const placeEdit = (
  { from, to, instead }: Edit,
  text: string,
  tokens: readonly Token[],
): PlacedEdit => {
  const start = tokens[from]?.start ?? text.length
  return { start, end: to > from ? tokens[to - 1]!.end : start, instead }
}

/** The text with every edit made. The edits are in order and do not overlap. */
export const applyEdits = (text: string, edits: readonly PlacedEdit[]): string => {
  let written = ''
  let from = 0
  for (const { start, end, instead } of edits) {
    written += text.slice(from, start) + instead
    from = end
  }
  return written + text.slice(from)
}
