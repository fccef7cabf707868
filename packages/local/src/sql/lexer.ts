import { syntaxError } from '../snowflake-error.ts'

/**
 * `word` is an unquoted name or keyword, `quoted` a name between double quotes, `variable` a `$name`,
 * `stage` an `@location`.
 */
type TokenKind = 'word' | 'quoted' | 'string' | 'number' | 'variable' | 'stage' | 'symbol'

export interface Token {
  readonly kind: TokenKind
  /** As written. */
  readonly text: string
  /** Folded to upper case for a word, unescaped for a quoted name or a string, as written otherwise. */
  readonly value: string
  readonly start: number
  readonly end: number
}

const wordPattern = /[\p{L}_][\p{L}\p{N}_$]*/uy
const numberPattern = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const stagePattern = /@(?:"(?:[^"]|"")*"|[^\s,;()"])*/y
const symbols = ['::', '||', '->>', '->', '=>', '<=', '>=', '<>', '!=']
const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', 0: '\0' }

const unterminated = (what: string, at: number) =>
  syntaxError(`syntax error line 1 at position ${at} unexpected end of ${what}.`)

const readString = (source: string, start: number): { value: string; end: number } => {
  let value = ''
  for (let index = start + 1; index < source.length; index++) {
    const character = source[index] as string
    if (character === "'") {
      if (source[index + 1] !== "'") return { value, end: index + 1 }
      value += "'"
      index++
    } else if (character === '\\') {
      const next = source[++index]
      if (next === undefined) break
      const hex = /^(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4}))/.exec(source.slice(index, index + 5))
      if (hex) {
        value += String.fromCharCode(Number.parseInt((hex[1] ?? hex[2]) as string, 16))
        index += hex[0].length - 1
      } else value += escapes[next] ?? next
    } else value += character
  }
  throw unterminated('string', start)
}

const readQuoted = (source: string, start: number): { value: string; end: number } => {
  let value = ''
  for (let index = start + 1; index < source.length; index++) {
    if (source[index] !== '"') value += source[index]
    else if (source[index + 1] === '"') {
      value += '"'
      index++
    } else return { value, end: index + 1 }
  }
  throw unterminated('identifier', start)
}

const matchAt = (pattern: RegExp, source: string, index: number): string | null => {
  pattern.lastIndex = index
  return pattern.exec(source)?.[0] ?? null
}

/** The end of white space or a comment at this place, or the place itself. Snowflake: block comments do not nest. */
const skipBlank = (source: string, index: number): number => {
  if (/\s/.test(source[index] as string)) return index + 1
  const pair = source.slice(index, index + 2)
  if (pair === '--' || pair === '//') {
    const end = source.indexOf('\n', index)
    return end === -1 ? source.length : end + 1
  }
  if (pair !== '/*') return index
  const end = source.indexOf('*/', index + 2)
  if (end === -1) throw unterminated('comment', index)
  return end + 2
}

const readToken = (source: string, start: number): Token => {
  const token = (kind: TokenKind, end: number, value?: string): Token => {
    const text = source.slice(start, end)
    return { kind, text, value: value ?? text, start, end }
  }
  const character = source[start] as string
  if (character === "'") {
    const { value, end } = readString(source, start)
    return token('string', end, value)
  }
  if (character === '"') {
    const { value, end } = readQuoted(source, start)
    return token('quoted', end, value)
  }
  if (source.startsWith('$$', start)) {
    const close = source.indexOf('$$', start + 2)
    if (close === -1) throw unterminated('string', start)
    return token('string', close + 2, source.slice(start + 2, close))
  }
  if (character === '$') {
    const name = matchAt(wordPattern, source, start + 1) ?? matchAt(numberPattern, source, start + 1)
    if (name) return token('variable', start + 1 + name.length, name.toUpperCase())
  }
  const stage = matchAt(stagePattern, source, start)
  if (stage) return token('stage', start + stage.length)
  const word = matchAt(wordPattern, source, start)
  if (word) return token('word', start + word.length, word.toUpperCase())
  const number = matchAt(numberPattern, source, start)
  if (number) return token('number', start + number.length)
  const symbol = symbols.find((candidate) => source.startsWith(candidate, start)) ?? character
  if (!/^[-+*/%=<>!|&^~,.;:()[\]{}?]+$/.test(symbol))
    throw syntaxError(`syntax error line 1 at position ${start} unexpected '${symbol}'.`)
  return token('symbol', start + symbol.length)
}

/** Splits Snowflake SQL into tokens; comments and white space are dropped. */
export const lexStatement = (source: string): Token[] => {
  const tokens: Token[] = []
  for (let index = 0; index < source.length; ) {
    const next = skipBlank(source, index)
    if (next !== index) {
      index = next
      continue
    }
    const token = readToken(source, index)
    tokens.push(token)
    index = token.end
  }
  return tokens
}

/** The statements of a text, split at semicolons outside strings, names and comments; empty ones are dropped. */
export const splitStatements = (source: string): string[] => {
  const statements: string[] = []
  let start: number | null = null
  let end = 0
  for (const token of lexStatement(source)) {
    if (token.text === ';') {
      if (start !== null) statements.push(source.slice(start, end))
      start = null
    } else {
      start ??= token.start
      end = token.end
    }
  }
  if (start !== null) statements.push(source.slice(start, end))
  return statements
}
