import { foldIdentifier } from '../lexer/identifier.ts'
import { lex } from '../lexer/lex.ts'
import type { Lexed, Token } from '../lexer/token.ts'
import { Refusal } from '../refusal.ts'

export interface SessionAssignment {
  readonly token: Token
  /** The parameter as it is stored: upper case where it was written without quotation marks. */
  readonly name: string
  /** The value without its quotation marks; null where the parameter is unset. */
  readonly value: string | null
}

/** The value of an assignment as it is stored; null for what is no plain literal. */
const assignedValue = (text: string, token: Token | undefined): string | null => {
  if (token === undefined) return null
  const written = text.slice(token.start, token.end)
  if (token.kind === 'word' || token.kind === 'number') return written
  if (token.kind !== 'string' || !written.startsWith("'")) return null
  // An escape stays as it is written: of the values that are compared none has one.
  return written.slice(1, -1)
}

const refuseToken = (token: Token | undefined): never => {
  throw new Refusal(
    'unknown-syntax',
    token === undefined ? {} : { place: { kind: 'offset', offset: token.start } },
  )
}

/**
 * ALTER SESSION SET a = … b = …, with commas between them or without, and UNSET a, b, one after the other: what is wrong
 * behind an assignment is found after it was given.
 *
 * @throws Refusal `unknown-syntax`
 */
export function* sessionAssignments({ text, tokens: all }: Lexed): Generator<SessionAssignment> {
  const tokens = all.filter(({ start }) => text[start] !== ';')
  const written = (token: Token | undefined): string =>
    token === undefined ? '' : text.slice(token.start, token.end)
  const isUnset = tokens[2]?.upper === 'UNSET'
  if (tokens.length < 4 || (!isUnset && tokens[2]?.upper !== 'SET')) refuseToken(tokens[2])
  for (let at = 3; at < tokens.length; ) {
    const token = tokens[at]!
    if (token.kind !== 'word' && token.kind !== 'quoted') refuseToken(token)
    const name = foldIdentifier(written(token))
    at += 1
    let value: string | null = null
    if (!isUnset) {
      if (written(tokens[at]) !== '=') refuseToken(tokens[at] ?? token)
      value = assignedValue(text, tokens[at + 1])
      if (value === null) refuseToken(tokens[at + 1] ?? token)
      at += 2
    }
    yield { token, name, value }
    if (written(tokens[at]) === ',') at += 1
  }
}

/**
 * The parameters that an ALTER SESSION sets, and null for those that it unsets.
 *
 * @param text - an ALTER SESSION that the analysis has let through
 */
export const sessionSettings = (text: string): ReadonlyMap<string, string | null> =>
  new Map([...sessionAssignments(lex(text))].map(({ name, value }) => [name, value]))
