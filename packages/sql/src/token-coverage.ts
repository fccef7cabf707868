import { builtinFunctions } from './functions/builtin-names.ts'
import { foldIdentifier } from './lexer/identifier.ts'
import { datePartWords, grammarWords, reservedWords, typeWords } from './lexer/keywords.ts'
import type { Lexed } from './lexer/token.ts'
import { Refusal } from './refusal.ts'
import { type Findings, placeKey } from './resolve/findings.ts'

/**
 * Every name in the text must have been understood: the resolver visited it where the lexer sees it, or it is a
 * word of the grammar. A name that the parser dropped, for whatever reason, refuses the statement, and so does a word that
 * Snowflake takes for no name and the parser for one: after it the two read different texts.
 *
 * @param readTokens - numbers of the tokens that were read before the parser
 */
export const checkTokenCoverage = (
  lexed: Lexed,
  findings: Findings,
  readTokens: ReadonlySet<number>,
): void => {
  const { text, tokens } = lexed
  const place = createPlaceCounter(text)
  const keys = new Map(findings.visitedKeys)
  for (let index = 0; index < tokens.length; index += 1) {
    const { kind, start, end, upper } = tokens[index]!
    if ((kind !== 'word' && kind !== 'quoted') || readTokens.has(index)) continue
    if (findings.visitedPlaces.has(place(start))) {
      if (kind === 'quoted' || !reservedWords.has(upper)) continue
      // After AS both read a name, or Snowflake takes the text for an error.
      if (isCalled(lexed, index) || tokens[index - 1]?.upper === 'AS') continue
      throw new Refusal('unread-token', { place: { kind: 'offset', offset: start } })
    }
    if (kind === 'word') {
      // The parser has nodes of its own for some functions, without a place. Their arguments are names like any other.
      if (isGrammar(upper) || (builtinFunctions.has(upper) && isCalled(lexed, index))) continue
    }
    if (takeKey(keys, foldIdentifier(text.slice(start, end)).toUpperCase())) continue
    throw new Refusal('unread-token', { place: { kind: 'offset', offset: start } })
  }
}

const isCalled = ({ text, tokens }: Lexed, index: number): boolean =>
  text[tokens[index + 1]?.start ?? -1] === '('

const isGrammar = (word: string): boolean =>
  grammarWords.has(word) || typeWords.has(word) || datePartWords.has(word)

/** Gives the parser's place of ever larger offsets, in one pass over the text. */
export const createPlaceCounter = (text: string): ((offset: number) => number) => {
  let line = 1
  let column = 1
  let at = 0
  return (offset) => {
    for (; at < offset; at += 1) {
      const unit = text.charCodeAt(at)
      if (unit === 10) {
        line += 1
        column = 1
      } else if (unit < 0xdc00 || unit > 0xdfff) column += 1
    }
    return placeKey(line, column)
  }
}

/** Keys of JSON paths come without a place: as many may stand in the text as the resolver met. */
const takeKey = (keys: Map<string, number>, key: string): boolean => {
  const left = keys.get(key) ?? 0
  if (left === 0) return false
  keys.set(key, left - 1)
  return true
}
