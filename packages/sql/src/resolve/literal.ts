import { upperCaseAscii } from '../lexer/identifier.ts'
import { isObject, type Json, unknownSyntax } from '../parser/node.ts'
import {
  binaryType,
  booleanType,
  numberType,
  type SqlType,
  textType,
  unknownType,
} from '../types/sql-type.ts'
import { resolveColumn } from './column-reference.ts'
import type { Scope } from './scope.ts'
import { constantOf, nullConstant, unknownConstant, type Value } from './value.ts'

/** `12.50` is a NUMBER(4,2). Beyond 38 digits, or with an exponent, Snowflake makes it another type. */
const numberTypeOf = (written: string): SqlType => {
  const match = /^(\d*)(?:\.(\d*))?$/.exec(written)
  if (match === null) return unknownType
  const scale = (match[2] ?? '').length
  const precision = Math.max(1, (match[1] ?? '').length + scale)
  return precision <= 38 ? numberType(precision, scale) : unknownType
}

const readNumber = (body: Json): Value => {
  const written = Array.isArray(body) && typeof body[0] === 'string' ? body[0] : ''
  return constantOf(numberTypeOf(written), Number(written))
}

const readText = (body: Json): Value => {
  const text = isObject(body) && typeof body.value === 'string' ? body.value : body
  return typeof text === 'string'
    ? constantOf({ ...textType, length: text.length }, text)
    : constantOf(textType)
}

const CONSTANTS: ReadonlyMap<string, (body: Json) => Value> = new Map([
  ['Number', readNumber],
  ['SingleQuotedString', readText],
  ['DollarQuotedString', readText],
  ['HexStringLiteral', () => constantOf(binaryType)],
  ['Boolean', () => constantOf(booleanType)],
  ['Null', () => nullConstant],
])

/** Literals come from nowhere. `$1` is a column by position, `$name` a session variable, `?` and `:1` are binds. */
export const resolveLiteral = (value: Json | undefined, scope: Scope): Value => {
  if (value === 'Null') return nullConstant
  if (!isObject(value)) return unknownSyntax('a literal')
  const names = Object.keys(value)
  const name = names[0]
  if (name === undefined || names.length > 1) return unknownSyntax('a literal')
  const text = value[name]
  const constant = CONSTANTS.get(name)
  if (constant !== undefined) return constant(text!)
  if (name !== 'Placeholder' || typeof text !== 'string') return unknownSyntax('a literal')
  if (/^\$\d+$/.test(text)) return resolveColumn([{ name: text, quote: null, line: 0, column: 0 }], scope)
  if (/^\$[A-Za-z_]/.test(text)) {
    scope.context.findings.variables.add(upperCaseAscii(text.slice(1)))
    return unknownConstant
  }
  if (!/^(?:\?|:\d+|:[A-Za-z_][A-Za-z0-9_]*)$/.test(text)) return unknownSyntax('a placeholder')
  if (text.length > 1) scope.context.findings.visitKey(text.slice(1))
  return unknownConstant
}
