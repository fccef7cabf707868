import { classify } from '../classify/classify.ts'
import { grammarWords } from '../lexer/keywords.ts'
import { TextPositions } from '../lexer/text-position.ts'
import type { Lexed, Token } from '../lexer/token.ts'
import { Refusal } from '../refusal.ts'
import { explainSyntax } from './explain-syntax.ts'

/** Says more exactly what is wrong where the parser, or the first words, say little. */
export const explainRefusal = (refusal: Refusal, lexed: Lexed): Refusal => {
  switch (refusal.code) {
    case 'syntax-error':
      if (isUnknown(lexed)) return wordsAt(lexed.tokens[0])
      return explainConstruct(refusal, lexed) ?? explainPlace(refusal, lexed)
    case 'unknown-syntax':
      return explainConstruct(refusal, lexed) ?? refusal
    case 'multiple-statements':
      return wordsBehind(lexed) ?? refusal
    case 'statement-not-supported':
      return isUnknown(lexed) ? wordsAt(lexed.tokens[0]) : refusal
    default:
      return refusal
  }
}

const isUnknown = (lexed: Lexed): boolean => classify(lexed).kind === 'unknown'

const explainConstruct = ({ code }: Refusal, lexed: Lexed): Refusal | null => {
  const explained = explainSyntax(lexed)
  return explained === null
    ? null
    : new Refusal(code, { explained, place: { kind: 'offset', offset: explained.offset } })
}

const wordsAt = (token: Token | undefined): Refusal =>
  new Refusal('words-around-statement', { place: { kind: 'offset', offset: token?.start ?? 0 } })

/** Behind the last semicolon stands what no statement begins with. */
const wordsBehind = (lexed: Lexed): Refusal | null => {
  const { text, tokens } = lexed
  const semicolon = tokens.findLastIndex(
    ({ kind, start }, index) => kind === 'operator' && text[start] === ';' && index < tokens.length - 1,
  )
  const behind = tokens.slice(semicolon + 1)
  return isUnknown({ ...lexed, tokens: behind }) ? wordsAt(behind[0]) : null
}

/** The first token of a line behind an empty one, where no SQL begins with it. */
const wordsBehindBlankLine = ({ text, tokens }: Lexed, offset: number): Token | null => {
  const lineStart = text.lastIndexOf('\n', offset - 1) + 1
  const first = tokens.find(({ start }) => start >= lineStart)
  if (first === undefined || first.kind !== 'word' || grammarWords.has(first.upper)) return null
  return BLANK_LINE.test(text.slice(0, lineStart)) ? first : null
}
const BLANK_LINE = /\n[^\S\n]*\n$/

/** Names the word or sign at which reading ended. A string or number is not named: it may be a value. */
const explainPlace = (refusal: Refusal, lexed: Lexed): Refusal => {
  const { text, tokens } = lexed
  const { place } = refusal
  if (place === null) return refusal
  if (place.kind === 'offset') return endsTooEarly(refusal)
  const offset = new TextPositions(text).offsetAt(place) ?? text.length
  const token = tokens.find(({ end }) => end > offset)
  if (token === undefined) return refusal
  // Models explain what they wrote, in a paragraph behind it.
  const words = wordsBehindBlankLine(lexed, offset)
  if (words !== null) return wordsAt(words)
  const isNamed = token.kind === 'word' || token.kind === 'operator'
  return isNamed ? new Refusal(refusal.code, { detail: text.slice(token.start, token.end), place }) : refusal
}

const endsTooEarly = ({ code, place }: Refusal): Refusal =>
  new Refusal(code, {
    explained: {
      message: 'the statement ends too early',
      hint: 'write the statement to its end, with every bracket closed',
    },
    place,
  })
