import type { Effect } from '@snowfence/core'
import type { Lexed } from '../lexer/token.ts'
import { classifyCreate, classifyObject } from './classify-object.ts'
import { statementWords } from './statement-words.ts'

/** What a statement is, by its first words. */
export interface Classification {
  /** Kebab-case, for people: `select`, `create-table`, `put`. `unknown` where the first words say nothing. */
  readonly kind: string
  readonly effects: readonly Effect[]
}

const unknown: Classification = { kind: 'unknown', effects: [] }
/** Enough to tell every statement apart; more would only cost time. */
const WORDS = 24

/**
 * Tells kind and effects of a text from its first words, also where the parser cannot read it, so that a policy
 * and a person can speak about what was refused. A text of several statements has the effects of all of them.
 */
export const classify = (lexed: Lexed): Classification => {
  const parts = splitTokens(lexed)
  const [first, ...others] = parts.map(classifyWords)
  if (first === undefined) return unknown
  if (others.length === 0) return first
  return { kind: 'multiple', effects: [...new Set([first, ...others].flatMap(({ effects }) => effects))] }
}

const classifyWords = (words: readonly string[]): Classification => {
  const first = words[0] ?? ''
  switch (first) {
    case 'CREATE':
      return classifyCreate(words)
    case 'ALTER':
    case 'DROP':
    case 'UNDROP':
    case 'DESCRIBE':
    case 'DESC':
    case 'SHOW':
      return classifyObject(first, words)
    default:
      break
  }
  for (const { start, kind, effects } of statementWords) {
    if (
      start.every((word, index) =>
        typeof word === 'string' ? words[index] === word : word.test(words[index] ?? ''),
      )
    ) {
      if (kind === 'grant' && words.includes('SHARE')) return { kind, effects: [...effects, 'share'] }
      return { kind, effects }
    }
  }
  return unknown
}

/** The first words of each statement. A scripting block is one statement to its end. */
const splitTokens = ({ text, tokens }: Lexed): readonly (readonly string[])[] => {
  const parts: string[][] = []
  let current: string[] | null = null
  let isScript = false
  for (const { kind, start, end, upper } of tokens) {
    const isOperator = kind === 'operator'
    if (isOperator && text[start] === ';' && !isScript) {
      current = null
      continue
    }
    if (current === null) {
      if (isOperator && text[start] === '(') continue
      current = []
      parts.push(current)
    }
    if (current.length >= WORDS) continue
    current.push(
      kind === 'word' ? upper : kind === 'string' ? "'" : kind === 'quoted' ? '"' : text.slice(start, end),
    )
    isScript ||= current[0] === 'DECLARE' || (current.length === 2 && isBlock(current))
  }
  return parts
}

const TRANSACTION = /^(?:TRANSACTION|WORK|NAME)$/
const isBlock = ([first, second]: readonly string[]): boolean =>
  first === 'BEGIN' && second !== undefined && !TRANSACTION.test(second)
