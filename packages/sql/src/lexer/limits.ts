import type { Lexed, LexProblem } from './token.ts'

/** What one statement may hold. */
export const limits = {
  bytes: 256 * 1024,
  tokens: 40_000,
  /** Measured: beyond about 800 in one chain the parser's WebAssembly instance dies. */
  chainedOperators: 400,
  depth: 40,
} as const

type Role = 'chains' | 'set-operation' | 'ends-chain' | 'case' | 'end'

const list = (role: Role, text: string): readonly (readonly [string, Role])[] =>
  text.split(' ').map((word) => [word, role])

/** Words that chain like operators do, words that end a chain, and those around a CASE. */
const roles: ReadonlyMap<string, Role> = new Map([
  ...list('chains', 'AND OR NOT IS IN LIKE ILIKE RLIKE REGEXP BETWEEN COLLATE PRIOR'),
  // They nest to the left across their selects, so they are counted for the whole bracket.
  ...list('set-operation', 'UNION INTERSECT EXCEPT MINUS'),
  ...list('ends-chain', 'SELECT FROM WHERE GROUP HAVING QUALIFY ORDER WHEN THEN ELSE ON JOIN VALUES SET'),
  ...list('case', 'CASE'),
  ...list('end', 'END'),
])

/** What is counted inside of one pair of brackets. */
interface Level {
  operators: number
  setOperations: number
  /** CASE expressions that have not ended. */
  cases: number
}

const createLevel = (): Level => ({ operators: 0, setOperations: 0, cases: 0 })

/** Finds the first limit that the text exceeds, before anything expensive looks at it. Linear in the tokens. */
export const findExceededLimit = ({ text, tokens }: Lexed): LexProblem | null => {
  if (text.length > limits.bytes || Buffer.byteLength(text) > limits.bytes) {
    return { code: 'text-too-large', offset: 0 }
  }
  if (tokens.length > limits.tokens) {
    return { code: 'too-many-tokens', offset: tokens[limits.tokens]!.start }
  }
  const levels: Level[] = [createLevel()]
  let depth = 0
  for (const { kind, start, upper } of tokens) {
    const level = levels[levels.length - 1]!
    if (kind === 'operator') depth += countOperator(text[start]!, levels)
    else if (kind === 'word') depth += countWord(upper, level)
    if (depth > limits.depth) return { code: 'too-deeply-nested', offset: start }
    if (level.operators > limits.chainedOperators || level.setOperations > limits.chainedOperators) {
      return { code: 'too-many-operators', offset: start }
    }
  }
  return null
}

/**
 * Gives by how much the nesting grows or shrinks.
 *
 * @param symbol - the operator's first character: no longer one begins like a bracket, a comma or a semicolon
 */
const countOperator = (symbol: string, levels: Level[]): number => {
  const level = levels[levels.length - 1]!
  switch (symbol) {
    case '(':
    case '[':
    case '{':
      level.operators += 1
      levels.push(createLevel())
      return 1
    case ')':
    case ']':
    case '}':
      if (levels.length === 1) return 0
      levels.pop()
      return -1 - level.cases
    case ',':
    case ';':
      level.operators = 0
      return 0
    default:
      level.operators += 1
      return 0
  }
}

const countWord = (word: string, level: Level): number => {
  switch (roles.get(word)) {
    case 'set-operation':
      level.setOperations += 1
      level.operators += 1
      return 0
    case 'chains':
      level.operators += 1
      return 0
    case 'ends-chain':
      level.operators = 0
      return 0
    case 'case':
      level.cases += 1
      return 1
    case 'end':
      if (level.cases === 0) return 0
      level.cases -= 1
      return -1
    default:
      return 0
  }
}
