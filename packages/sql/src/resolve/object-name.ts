import { foldIdentifier } from '../lexer/identifier.ts'
import { lex } from '../lexer/lex.ts'
import { type Identifier, placeOf, readIdentifier, readWritten } from '../parser/identifier-node.ts'
import { isObject, type Json, listOf, openNode, textOf, unknownSyntax, variantOf } from '../parser/node.ts'
import { type Place, Refusal } from '../refusal.ts'
import type { Findings } from './findings.ts'

/** The parts of an object's name, folded. `isStage` and `isLiteral` tell `@stage` and `'…'` from a table's name. */
export interface ObjectName {
  readonly parts: readonly string[]
  readonly identifiers: readonly Identifier[]
  readonly isStage: boolean
  /** Of a stage the location as it is written, in which double quotes and letters in lower case tell one stage from another. Empty otherwise. */
  readonly location: string
  readonly place: Place | null
}

const NAME_FUNCTION = new Set(['name', 'args'])

/** Reads a name as the parser gives it: parts, `IDENTIFIER('…')`, or a stage. */
export const readObjectName = (value: Json | undefined, findings: Findings): ObjectName => {
  const parts = listOf(value, 'an object name')
  const identifiers: Identifier[] = []
  for (const part of parts) {
    const { name, body } = variantOf(part, 'an object name')
    if (name === 'Function') return readIdentifierFunction(body, parts.length, findings)
    if (name !== 'Identifier') return unknownSyntax('an object name')
    const identifier = readWritten(body)
    findings.visit(identifier)
    identifiers.push(identifier)
  }
  const name = finishName(identifiers)
  return name.isStage ? { ...name, location: parts.map(writtenPart).join('.') } : name
}

const writtenPart = (part: Json): string => {
  const { body } = variantOf(part, 'an object name')
  return textOf(isObject(body) ? body.value : undefined, 'an object name')
}

const finishName = (identifiers: readonly Identifier[]): ObjectName => {
  const first = identifiers[0]
  if (first === undefined) return unknownSyntax('an object name')
  const parts = identifiers.map(({ name }) => name)
  // Only a stage's location is written as a string, and it has one part.
  if (identifiers.length > 1 && identifiers.some(({ quote }) => quote === "'"))
    return unknownSyntax('a name in single quotes')
  // A placeholder where a name stands, such as `FROM ?` or `FROM $t`, is decided at run time.
  for (const { name, quote } of identifiers) {
    if (quote === null && /^[?:$]/.test(name)) throw new Refusal('dynamic-name', { place: placeOf(first) })
  }
  return {
    parts,
    identifiers,
    isStage: (first.quote === null && first.name.startsWith('@')) || first.quote === "'",
    location: '',
    place: placeOf(first),
  }
}

/** `IDENTIFIER('DB.SCHEMA.T')` names an object by a string; every other argument is decided at run time. */
const readIdentifierFunction = (body: Json, siblings: number, findings: Findings): ObjectName => {
  const call = openNode(body, 'IDENTIFIER', NAME_FUNCTION)
  const name = readIdentifier(call.name)
  findings.visit(name)
  const literal = stringArgument(listOf(call.args, 'IDENTIFIER'))
  if (name.name !== 'IDENTIFIER' || siblings !== 1 || literal === null) {
    throw new Refusal('dynamic-name', { place: placeOf(name) })
  }
  return { ...parseName(literal, placeOf(name)), place: placeOf(name) }
}

/** The one argument, when it is a plain string. */
export const stringArgument = (parameters: readonly Json[]): string | null => {
  if (parameters.length !== 1) return null
  const { name, body } = variantOf(parameters[0], 'an argument')
  if (name !== 'Unnamed') return null
  const expression = variantOf(body, 'an argument')
  return expression.name === 'Expr' ? stringLiteral(expression.body) : null
}

/** The text of a string literal, or null for every other expression. */
export const stringLiteral = (value: Json | undefined): string | null => {
  if (!isObject(value) || !isObject(value.Value)) return null
  const literal = value.Value.value
  if (!isObject(literal)) return null
  if (typeof literal.SingleQuotedString === 'string') return literal.SingleQuotedString
  const dollar = literal.DollarQuotedString
  return isObject(dollar) && typeof dollar.value === 'string' ? dollar.value : null
}

/** Reads a name out of a string, as IDENTIFIER and TABLE do. */
export const parseName = (text: string, place: Place | null): ObjectName => {
  const { tokens, comments, problem } = lex(text)
  const identifiers: Identifier[] = []
  const valid =
    problem === null &&
    comments.length === 0 &&
    tokens.length % 2 === 1 &&
    tokens.every(({ kind, start, end }, index) => {
      if (index % 2 === 1) return text.slice(start, end) === '.'
      if (kind !== 'word' && kind !== 'quoted') return false
      const written = text.slice(start, end)
      identifiers.push({
        name: foldIdentifier(written),
        quote: kind === 'quoted' ? '"' : null,
        line: 0,
        column: 0,
      })
      return true
    })
  if (!valid) throw new Refusal('dynamic-name', { place })
  return finishName(identifiers)
}
