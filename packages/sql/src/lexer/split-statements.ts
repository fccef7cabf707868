import { lex } from './lex.ts'
import { TextPositions } from './text-position.ts'

export interface StatementPart {
  readonly text: string
  /** The text with the white space and the comments between it and the semicolon before it, as the server tells of it. */
  readonly written: string
  /** How many `?` it has. */
  readonly binds: number
  /** Where the part starts in the whole text: offset in UTF-16 units, line and column from 1. */
  readonly offset: number
  readonly line: number
  readonly column: number
}

const SCRIPT_WORDS = new Set(['DECLARE', 'BEGIN'])
/** After BEGIN these make a transaction; everything else makes a scripting block, whose semicolons do not split. */
const TRANSACTION_WORDS = new Set(['', ';', 'TRANSACTION', 'WORK', 'NAME'])

/**
 * Splits a text at the semicolons between its statements, as Snowflake does for a multi-statement request.
 * Semicolons in strings, comments and scripting blocks do not split; parts without a token are left out.
 */
export const splitStatements = (text: string): readonly StatementPart[] => {
  const lexed = lex(text)
  const positions = new TextPositions(text)
  const parts: StatementPart[] = []
  let first = 0
  let written = 0
  const word = (index: number) => {
    const token = lexed.tokens[index]
    return token === undefined ? '' : text.slice(token.start, token.end).toUpperCase()
  }
  const isScript = () =>
    SCRIPT_WORDS.has(word(first)) && !(word(first) === 'BEGIN' && TRANSACTION_WORDS.has(word(first + 1)))
  const finish = (end: number) => {
    const from = lexed.tokens[first]
    const last = lexed.tokens[end - 1]
    if (from === undefined || last === undefined || end <= first) return
    const isBind = ({ kind, start }: (typeof lexed.tokens)[number]): boolean =>
      kind === 'placeholder' && text[start] === '?'
    parts.push({
      text: text.slice(from.start, last.end),
      written: text.slice(written, last.end),
      binds: lexed.tokens.slice(first, end).filter(isBind).length,
      offset: from.start,
      ...positions.positionAt(from.start),
    })
  }
  for (let index = 0; index < lexed.tokens.length; index += 1) {
    const { kind, start } = lexed.tokens[index]!
    if (kind !== 'operator' || text[start] !== ';' || isScript()) continue
    finish(index)
    first = index + 1
    written = start + 1
  }
  finish(lexed.tokens.length)
  return parts
}
