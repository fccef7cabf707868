import type { Lexed, LexProblem } from './token.ts'

/** What one statement may hold. Measured: beyond about 800 chained operators the parser's WebAssembly instance dies. */
export const limits = {
  bytes: 256 * 1024,
  tokens: 40_000,
  chainedOperators: 400,
  depth: 40,
} as const

const OPENING = new Set(['(', '[', '{'])
const CLOSING = new Set([')', ']', '}'])
/** Words that chain like operators do, and words that end a chain. */
const CHAINING = new Set(
  'AND OR NOT UNION INTERSECT EXCEPT MINUS IS IN LIKE ILIKE RLIKE REGEXP BETWEEN COLLATE PRIOR'.split(' '),
)
const ENDING = new Set(
  'SELECT FROM WHERE GROUP HAVING QUALIFY ORDER WHEN THEN ELSE ON JOIN VALUES SET'.split(' '),
)
/** Set operations nest to the left across their selects, so they are counted for the whole bracket. */
const SET_OPERATIONS = new Set(['UNION', 'INTERSECT', 'EXCEPT', 'MINUS'])

interface Level {
  operators: number
  setOperations: number
}

/** Finds the first limit that the text exceeds, before anything expensive looks at it. Linear in the tokens. */
export const findExceededLimit = ({ text, tokens }: Lexed): LexProblem | null => {
  if (text.length > limits.bytes || Buffer.byteLength(text) > limits.bytes) {
    return { code: 'text-too-large', offset: 0 }
  }
  if (tokens.length > limits.tokens) {
    return { code: 'too-many-tokens', offset: tokens[limits.tokens]!.start }
  }
  const levels: Level[] = [{ operators: 0, setOperations: 0 }]
  let cases = 0
  for (const { kind, start, end, upper } of tokens) {
    const level = levels[levels.length - 1]!
    if (kind === 'operator') {
      const symbol = text.slice(start, end)
      if (OPENING.has(symbol)) {
        level.operators += 1
        levels.push({ operators: 0, setOperations: 0 })
      } else if (CLOSING.has(symbol)) {
        if (levels.length > 1) levels.pop()
      } else if (symbol === ',' || symbol === ';') level.operators = 0
      else level.operators += 1
    } else if (kind === 'word') {
      if (upper.length > 9) continue
      if (CHAINING.has(upper)) {
        level.operators += 1
        if (SET_OPERATIONS.has(upper)) level.setOperations += 1
      } else if (ENDING.has(upper)) level.operators = 0
      else if (upper === 'CASE') cases += 1
      else if (upper === 'END' && cases > 0) cases -= 1
    }
    if (levels.length - 1 + cases > limits.depth) return { code: 'too-deeply-nested', offset: start }
    if (level.operators > limits.chainedOperators || level.setOperations > limits.chainedOperators) {
      return { code: 'too-many-operators', offset: start }
    }
  }
  return null
}
