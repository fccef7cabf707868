import { syntaxError, unsupported } from '../snowflake-error.ts'
import { lexStatement, type Token } from './lexer.ts'

export interface MarkedStatement {
  /** The text for the parser: no comments, every SELECT numbered by a hint, binds and variables as calls. */
  readonly text: string
  /** By the number of a SELECT: the source text of each item of its list, upper-cased. */
  readonly selectItems: ReadonlyMap<number, readonly string[]>
  /** How many positional binds the statement has. */
  readonly bindCount: number
  /** Session variables by the number in their call. */
  readonly variables: readonly string[]
}

/** Names of the calls that stand for values until the text for DuckDB is final. Lower case: no user name folds to them. */
export const bindCall = 'snow_bind_'
export const variableCall = 'snow_variable_'

const listEnders = new Set([
  'FROM',
  'WHERE',
  'GROUP',
  'HAVING',
  'QUALIFY',
  'ORDER',
  'LIMIT',
  'FETCH',
  'OFFSET',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'MINUS',
  'WINDOW',
  'CONNECT',
  'START',
  'INTO',
])
const openers = new Set(['(', '[', '{'])
const closers = new Set([')', ']', '}'])

const skipQuantifier = (tokens: readonly Token[], index: number): number => {
  let next = index
  if (tokens[next]?.value === 'DISTINCT' || tokens[next]?.value === 'ALL') next++
  if (tokens[next]?.value === 'TOP' && tokens[next + 1]?.kind === 'number') next += 2
  return next
}

/** The source text of each item after the SELECT at this place. */
const readItems = (source: string, tokens: readonly Token[], select: number): string[] => {
  const items: string[] = []
  let depth = 0
  let first = skipQuantifier(tokens, select + 1)
  const close = (end: number) => {
    const [from, to] = [tokens[first], tokens[end - 1]]
    if (from && to && end > first) items.push(sourceText(source, tokens.slice(first, end)))
    first = end + 1
  }
  let index = first
  for (; index < tokens.length; index++) {
    const token = tokens[index] as Token
    if (openers.has(token.text)) depth++
    else if (closers.has(token.text)) {
      if (depth === 0) break
      depth--
    } else if (depth === 0 && token.text === ',') close(index)
    else if (depth === 0 && token.kind === 'word' && listEnders.has(token.value) && index > first) {
      if (tokens[index - 1]?.value !== 'WITHIN') break
    }
  }
  close(index)
  return items
}

/** The text between the first and the last token, upper-cased as Snowflake names columns, with comments as one space. */
const sourceText = (source: string, tokens: readonly Token[]): string => {
  let result = ''
  let end = tokens[0]?.start ?? 0
  for (const token of tokens) {
    const gap = source.slice(end, token.start)
    result += /^\s*$/.test(gap) ? gap : ' '
    result += token.kind === 'quoted' ? token.text : token.text.toUpperCase()
    end = token.end
  }
  return result
}

/** `IDENTIFIER('a.b')` and `TABLE('a.b')` are names; a name that only a bind or a variable gives is not supported. */
const readNameCall = (tokens: readonly Token[], index: number): { text: string; length: number } | null => {
  const [word, open, name, close] = tokens.slice(index, index + 4)
  if (word?.kind !== 'word' || open?.text !== '(' || !name) return null
  if (word.value !== 'IDENTIFIER' && !(word.value === 'TABLE' && name.kind === 'string')) return null
  if (name.kind !== 'string' || close?.text !== ')')
    throw unsupported(`${word.value}() of anything but a string literal`)
  const parts = lexStatement(name.value)
  if (parts.some(({ kind, text }) => kind !== 'word' && kind !== 'quoted' && text !== '.'))
    throw syntaxError('invalid identifier')
  return { text: parts.map(({ text }) => text).join(''), length: 4 }
}

/** Prepares a statement for the parser and takes notes that its tree would lose. */
export const markStatement = (source: string): MarkedStatement => {
  const tokens = lexStatement(source)
  const selectItems = new Map<number, readonly string[]>()
  const variables: string[] = []
  const parts: string[] = []
  let bindCount = 0
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token
    const previous = tokens[index - 1]
    const next = tokens[index + 1]
    const name = readNameCall(tokens, index)
    if (name) {
      parts.push(name.text)
      index += name.length - 1
    } else if (token.text === '?') {
      bindCount++
      parts.push(`${bindCall}${bindCount}()`)
    } else if (token.text === ':' && next?.kind === 'number' && /^\d+$/.test(next.text)) {
      bindCount = Math.max(bindCount, Number(next.text))
      parts.push(`${bindCall}${next.text}()`)
      index++
    } else if (token.kind === 'variable' && !/^\d/.test(token.value) && previous?.text !== '.') {
      variables.push(token.value)
      parts.push(`${variableCall}${variables.length - 1}()`)
    } else if (token.kind === 'word' && token.value === 'SELECT') {
      const number = selectItems.size
      selectItems.set(number, readItems(source, tokens, index))
      parts.push(`SELECT /*+ S${number} */`)
    } else parts.push(token.text)
  }
  return { text: parts.join(' '), selectItems, bindCount, variables }
}
