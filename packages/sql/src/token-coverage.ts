import { builtinFunctions } from './functions/builtin-names.ts'
import { foldIdentifier, upperCaseAscii } from './lexer/identifier.ts'
import { datePartWords, grammarWords, typeWords } from './lexer/keywords.ts'
import { TextPositions } from './lexer/text-position.ts'
import type { Lexed } from './lexer/token.ts'
import { Refusal } from './refusal.ts'
import { type Findings, placeKey } from './resolve/findings.ts'

/**
 * Every name in the text must have been understood: the resolver visited it where the lexer sees it, or it is a
 * word of the grammar. A name that the parser dropped, for whatever reason, refuses the statement.
 */
export const checkTokenCoverage = (lexed: Lexed, findings: Findings): void => {
  const { text, tokens } = lexed
  const positions = new TextPositions(text)
  const keys = new Map(findings.visitedKeys)
  for (const [index, { kind, start, end }] of tokens.entries()) {
    if (kind !== 'word' && kind !== 'quoted') continue
    const { line, column } = positions.positionAt(start)
    if (findings.visitedPlaces.has(placeKey(line, column))) continue
    const written = text.slice(start, end)
    if (kind === 'word') {
      const word = upperCaseAscii(written)
      // The parser has nodes of its own for some functions, without a place. Their arguments are names like any other.
      const isCall = builtinFunctions.has(word) && text[tokens[index + 1]?.start ?? -1] === '('
      if (isCall || isGrammar(word)) continue
    }
    if (takeKey(keys, foldIdentifier(written).toUpperCase())) continue
    throw new Refusal('unread-token', { place: { kind: 'offset', offset: start } })
  }
}

const isGrammar = (word: string): boolean =>
  grammarWords.has(word) || typeWords.has(word) || datePartWords.has(word)

/** Keys of JSON paths come without a place: as many may stand in the text as the resolver met. */
const takeKey = (keys: Map<string, number>, key: string): boolean => {
  const left = keys.get(key) ?? 0
  if (left === 0) return false
  keys.set(key, left - 1)
  return true
}
