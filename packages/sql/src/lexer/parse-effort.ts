import { grammarWords, typeWords } from './keywords.ts'
import type { Lexed } from './token.ts'

/**
 * How often the parser may read a token again for each CASE, INTERVAL, lambda and bracket behind a keyword around it:
 * where one reading of a construct fails it tries another, so that nesting multiplies. Measured: up to 3.2 a level.
 */
const KEYWORD_READINGS = 4
/** The same for every other bracket. Measured: 1, but for combinations with the above. */
const BRACKET_READINGS = 2
/**
 * The same for each dot of a chain of names: the parser reads a chain that ends in an error again at each of its dots.
 * Measured: 2. A path into a VARIANT counts as well; it is then tried first, and takes no longer than any other.
 */
const DOT_READINGS = 2
/** No query as agents and analysts write them comes near this. */
const ORDINARY_EFFORT = 60_000

/**
 * Whether the parser might take long over the text. Forty nested POSITIONs that end in an error would keep it for
 * hours, and nothing in the text is large. Such a text is tried where it can be stopped. Linear in the tokens.
 */
export const isCostlyToParse = ({ text, tokens }: Lexed): boolean => {
  /** For each open bracket: the readings around it, and those in it at its start and behind each comma. */
  const brackets: { readonly outside: number; readonly inside: number }[] = []
  let readings = 1
  let effort = 0
  let before = ''
  /** The readings of the chain of names that the last token belongs to. */
  let chain = 1
  for (let index = 0; index < tokens.length; index += 1) {
    const { kind, start, upper } = tokens[index]!
    const isDot = kind === 'operator' && text[start] === '.'
    if (isDot) chain *= DOT_READINGS
    else if (chain > 1 && !isChained(kind, text[start]!, upper)) chain = 1
    effort += readings * chain
    if (effort > ORDINARY_EFFORT) return true
    if (kind === 'operator') {
      const symbol = text[start]!
      if (symbol === '(' || symbol === '[' || symbol === '{') {
        const inside = readings * (isKeyword(before) ? KEYWORD_READINGS : BRACKET_READINGS)
        brackets.push({ outside: readings, inside })
        readings = inside
      } else if (symbol === ')' || symbol === ']' || symbol === '}') readings = brackets.pop()?.outside ?? 1
      else if (symbol === ',') readings = brackets.at(-1)?.inside ?? 1
      else if (symbol === '-' && text[start + 1] === '>') readings *= KEYWORD_READINGS
    } else if (upper === 'CASE') readings *= KEYWORD_READINGS
    else if (upper === 'END') readings = Math.max(1, readings / KEYWORD_READINGS)
    else if (upper === 'INTERVAL' && !isLiteral(tokens[index + 1]?.kind)) readings *= KEYWORD_READINGS
    before = upper
  }
  return false
}

/** Whether a chain of names goes on across this token: a name in it, a subscript, a path. */
const isChained = (kind: string, symbol: string, word: string): boolean =>
  kind === 'operator' ? '[]:'.includes(symbol) : !grammarWords.has(word)

const isKeyword = (word: string): boolean =>
  grammarWords.has(word) || typeWords.has(word) || SPECULATIVE.has(word)

/** Functions that the parser knows by name, each with readings of its own. */
const SPECULATIVE = new Set(
  'POSITION CAST TRY_CAST SAFE_CAST CONVERT TRY_CONVERT SUBSTRING SUBSTR OVERLAY CEIL FLOOR EXTRACT TRIM STRUCT'.split(
    ' ',
  ),
)

const isLiteral = (kind: string | undefined): boolean => kind === 'string' || kind === 'number'
