import type { Catalog } from '@snowfence/core'
import { catalogueNames } from '../catalogue/catalogue-names.ts'
import { informationSchemaColumns } from '../catalogue/information-schema.ts'
import { sessionParameters } from '../classify/session-parameters.ts'
import { builtinFunctions, tableFunctions } from '../functions/builtin-names.ts'
import { foldIdentifier, upperCaseAscii } from './identifier.ts'
import { datePartWords, grammarWords, typeWords } from './keywords.ts'
import { lex } from './lex.ts'
import type { Lexed, TokenKind } from './token.ts'

/** Words that say nothing about anybody. */
const publicWords = new Set([
  ...grammarWords,
  ...typeWords,
  ...datePartWords,
  ...builtinFunctions,
  ...[...tableFunctions.values()].flat(),
  ...[...informationSchemaColumns].flatMap(([view, columns]) => [view, ...columns]),
  ...sessionParameters,
  ...'INPUT MODE ROWCOUNT TIMELIMIT INFORMATION APPEND_ONLY LEVEL COLUMN1 COLUMN2 COLUMN3'.split(' '),
])

/**
 * Gives a statement's text without anything that could be about a person: every literal becomes `?`, comments
 * disappear, and every name that is not in the catalogue becomes `_1`, `_2`, … in the order of first appearance
 * (numbered, not hashed: a hash of a person's name can be guessed). Single letters, the usual table aliases, stay.
 *
 * Works on the lexer alone, so on any text, parsable or not. Never throws. Redacting twice changes nothing.
 */
export const redactText = (text: string, options: { readonly catalog?: Catalog } = {}): string =>
  redactLexed(lex(text), options.catalog)

export const redactLexed = (lexed: Lexed, catalog: Catalog | undefined): string => {
  const { text, tokens } = lexed
  const known = catalog === undefined ? null : catalogueNames(catalog)
  const numbers = new Map<string, string>()
  const nameFor = (written: string, stored: string): string => {
    if (known?.has(stored)) return written
    const number = numbers.get(stored) ?? `_${numbers.size + 1}`
    numbers.set(stored, number)
    return number
  }
  let redacted = ''
  let end = -1
  let isAfterLocation = false
  for (const token of tokens) {
    const written = text.slice(token.start, token.end)
    // A location reads on until a character that it cannot hold: what replaces the next token could be one that it can.
    if (end >= 0 && (token.start > end || isAfterLocation)) redacted += ' '
    end = token.end
    isAfterLocation = token.kind === 'stage' || token.kind === 'file'
    switch (token.kind) {
      case 'operator':
        redacted += written
        break
      case 'word':
        redacted +=
          written.length === 1 || publicWords.has(token.upper) ? written : nameFor(written, token.upper)
        break
      case 'quoted':
        redacted += nameFor(written, foldIdentifier(written))
        break
      case 'placeholder':
        redacted += /^\$[A-Za-z_]/.test(written)
          ? `$${nameFor(written.slice(1), upperCaseAscii(written.slice(1)))}`
          : written
        break
      case 'stage':
        redacted += '@?'
        break
      case 'file':
        redacted += 'file://?'
        break
      case 'string':
      case 'number':
      case 'unknown':
      case 'comment':
        redacted += '?'
        break
      default:
        token.kind satisfies never
    }
  }
  return redacted
}

/**
 * Whether a text holds anything that `redactText` would replace by `?`: for texts that claim to be redacted. Names are
 * not judged, since those of a catalogue stay.
 */
export const holdsLiterals = (text: string): boolean => {
  const { tokens, comments } = lex(text)
  return comments.length > 0 || tokens.some(({ kind, start, end }) => isLiteral(kind, text.slice(start, end)))
}

const isLiteral = (kind: TokenKind, written: string): boolean => {
  switch (kind) {
    case 'string':
    case 'number':
    case 'unknown':
    case 'comment':
      return true
    case 'stage':
      return written !== '@?'
    case 'file':
      return written !== 'file://?'
    default:
      return false
  }
}
