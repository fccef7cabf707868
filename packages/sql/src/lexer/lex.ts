import type { RefusalCode } from '../refusal-reasons.ts'
import { endOfBlanks, endOfWord, isBlank, isDigit, isWordPart, startsWord } from './characters.ts'
import { upperCaseAscii } from './identifier.ts'
import type { Lexed, LexProblem, Token, TokenKind } from './token.ts'

const NUMBER = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const PLACEHOLDER = /\$(?:\d+|[A-Za-z_][A-Za-z0-9_]*)/y
const STAGE = /@(?:"(?:[^"]|"")*"|[A-Za-z0-9_~%.$/\-=+:*?&^!])*/y
const FILE = /file:\/\/[^\s;']*/iy
const OPERATOR = /->>|->|=>|::|:=|\|\||<>|!=|<=|>=|[-+*/%=<>!|:?&^~.,;()[\]{}]/y
/** The operators with which no longer one begins. */
const ALONE = new Set('+*%?&^~.,;()[]{}')
/** Words that may stand directly before a string: they make a typed literal, not a string of another kind. */
const TYPED_LITERALS = new Set(
  'DATE TIME TIMESTAMP TIMESTAMP_NTZ TIMESTAMP_LTZ TIMESTAMP_TZ INTERVAL'.split(' '),
)
const HEX = /'[0-9A-Fa-f]*'/y

/**
 * Reads a text as Snowflake does: comments are `--`, `//` and `/*` (not nested), strings are `'…'` with `''` and
 * backslash escapes, and `$$…$$`. What Snowflake and other readers may see differently is a `problem`.
 *
 * Total: takes any text, never throws, linear in its length. After a problem it reads on, so that redaction
 * covers every character.
 * Source of the rules: Snowflake's documentation of comments, string literals and identifiers.
 */
export const lex = (text: string): Lexed => {
  const tokens: Token[] = []
  const comments: Token[] = []
  let problem: LexProblem | null = null
  let offset = 0

  const report = (code: RefusalCode, at: number) => {
    problem ??= { code, offset: at }
  }
  const push = (kind: TokenKind, end: number, upper = '') => {
    tokens.push({ kind, start: offset, end, upper })
    offset = end
  }
  const match = (pattern: RegExp): number => {
    pattern.lastIndex = offset
    return pattern.test(text) ? pattern.lastIndex : -1
  }
  const isWordCharacter = (at: number) => isWordPart(text.charCodeAt(at))

  const readQuoted = (kind: 'string' | 'quoted', quote: string, unterminated: RefusalCode) => {
    let at = offset + 1
    for (;;) {
      const character = text[at]
      if (character === undefined) {
        report(unterminated, offset)
        return push('unknown', text.length)
      }
      if (character === '\\' && kind === 'string') at += 2
      else if (character !== quote) at += 1
      else if (text[at + 1] === quote) at += 2
      else return push(kind, at + 1)
    }
  }

  const readDollar = () => {
    if (text[offset + 1] === '$') {
      const close = text.indexOf('$$', offset + 2)
      if (close < 0) {
        report('unterminated-string', offset)
        return push('unknown', text.length)
      }
      return push('string', close + 2)
    }
    const end = match(PLACEHOLDER)
    if (end < 0) {
      if (isInPattern(text, tokens)) return push('operator', offset + 1)
      report('unreadable-character', offset)
      return push('unknown', offset + 1)
    }
    if (isWordCharacter(end)) report('tagged-string', offset)
    push('placeholder', end)
  }

  const readComment = (end: number, isLine: boolean) => {
    if (isLine && /\r(?!\n|$)/.test(text.slice(offset, end))) report('ambiguous-comment', offset)
    comments.push({ kind: 'comment', start: offset, end, upper: '' })
    offset = end
  }
  const readLineComment = () => {
    const newline = text.indexOf('\n', offset)
    const end = newline < 0 ? text.length : newline
    readComment(newline > 0 && text[newline - 1] === '\r' ? newline - 1 : end, true)
  }
  const readBlockComment = () => {
    const close = text.indexOf('*/', offset + 2)
    if (close < 0) report('unterminated-comment', offset)
    readComment(close < 0 ? text.length : close + 2, false)
  }

  const readWord = () => {
    const end = endOfWord(text, offset)
    const upper = upperCaseAscii(text.slice(offset, end))
    if (upper === 'FILE' && isFileTransfer(tokens)) {
      const fileEnd = match(FILE)
      if (fileEnd > 0) return push('file', fileEnd)
    }
    if (text[end] === "'") {
      HEX.lastIndex = end
      if (upper === 'X' && HEX.test(text)) return push('string', HEX.lastIndex)
      if (!TYPED_LITERALS.has(upper)) report('prefixed-string', offset)
    }
    push('word', end, upper)
  }

  const readNumber = () => {
    const end = match(NUMBER)
    if (
      isWordCharacter(end) ||
      (text[end] === '.' && (text[end + 1] === '.' || isDigit(text.charCodeAt(end + 1))))
    ) {
      report('ambiguous-number', offset)
    }
    push('number', end)
  }

  const readStage = () => {
    const end = match(STAGE)
    const location = text.slice(offset, end)
    if (/\/\/|\/\*|--/.test(location)) report('comment-in-stage', offset)
    push('stage', end)
  }

  if (!text.isWellFormed()) report('unreadable-character', 0)
  while (offset < text.length) {
    const code = text.charCodeAt(offset)
    if (startsWord(code)) {
      readWord()
      continue
    }
    if (isBlank(code)) {
      offset = endOfBlanks(text, offset)
      continue
    }
    const character = text[offset]!
    const next = text[offset + 1]
    if ((character === '-' && next === '-') || (character === '/' && next === '/')) {
      readLineComment()
    } else if (character === '/' && next === '*') {
      readBlockComment()
    } else if (character === "'") {
      readQuoted('string', "'", 'unterminated-string')
    } else if (character === '"') {
      readQuoted('quoted', '"', 'unterminated-identifier')
    } else if (character === '$') {
      readDollar()
    } else if (character === '@') {
      readStage()
    } else if (isDigit(code)) {
      readNumber()
    } else if (character === '.' && isDigit(text.charCodeAt(offset + 1)) && !isPathDot(text, tokens)) {
      readNumber()
    } else {
      const end = ALONE.has(character) ? offset + 1 : match(OPERATOR)
      if (end < 0) {
        report('unreadable-character', offset)
        push('unknown', offset + (text.codePointAt(offset)! > 0xffff ? 2 : 1))
      } else if (character === '?') push('placeholder', end)
      else push('operator', end)
    }
  }
  if (text.includes('\0')) problem ??= { code: 'unreadable-character', offset: text.indexOf('\0') }
  return { text, tokens, comments, problem }
}

/** In `a.1` the dot belongs to the name before it. */
const isPathDot = (text: string, tokens: readonly Token[]): boolean => {
  const last = tokens.at(-1)
  if (last === undefined) return false
  if (last.kind === 'word' || last.kind === 'quoted' || last.kind === 'number') return true
  return last.kind === 'operator' && text[last.start] === ']'
}

/** How far a pattern is looked back over, so that reading stays linear. */
const MAX_PATTERN_TOKENS = 200

/** In `PATTERN (a b+ $)` of MATCH_RECOGNIZE a `$` is the end of the partition. */
const isInPattern = (text: string, tokens: readonly Token[]): boolean => {
  let depth = 0
  for (let at = tokens.length - 1; at > 0 && at >= tokens.length - MAX_PATTERN_TOKENS; at -= 1) {
    const { kind, start } = tokens[at]!
    if (kind !== 'operator') continue
    if (text[start] === ')') depth += 1
    else if (text[start] === '(' && depth > 0) depth -= 1
    else if (text[start] === '(') {
      if (tokens[at - 1]!.upper === 'PATTERN') return true
    }
  }
  return false
}

/** `file://` is a location only in PUT and GET; elsewhere `//` starts a comment. */
const isFileTransfer = (tokens: readonly Token[]): boolean => {
  const first = tokens[0]?.upper
  return (first === 'PUT' || first === 'GET') && tokens.length <= 2
}
