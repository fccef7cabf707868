import {
  isAbsent,
  isObject,
  type Json,
  type JsonObject,
  listOf,
  openNode,
  unknownSyntax,
  variantOf,
} from '../parser/node.ts'
import { convert, fidelityOf } from '../types/conversion.ts'
import { literalFits } from '../types/literal-fits.ts'
import { parseSqlType, type SqlType, unknownType } from '../types/sql-type.ts'
import { compute, derived } from './compute.ts'
import { resolveExpression, resolveOptional } from './expression.ts'
import { convertThrough, passThrough } from './lineage.ts'
import { readObjectName } from './object-name.ts'
import type { Scope } from './scope.ts'
import type { Value } from './value.ts'

const CAST_FIELDS = new Set(['kind', 'expr', 'data_type', 'format'])
const CAST_IDLE = new Set(['array'])
const CAST_KINDS: ReadonlyMap<string, string> = new Map([
  ['Cast', 'CAST'],
  ['DoubleColon', 'CAST'],
  ['TryCast', 'TRY_CAST'],
])

/** CAST, `::` and TRY_CAST. */
export const resolveCast = (body: Json, scope: Scope): Value => {
  const node = openNode(body, 'CAST', CAST_FIELDS, CAST_IDLE)
  const name = typeof node.kind === 'string' ? CAST_KINDS.get(node.kind) : undefined
  if (name === undefined) return unknownSyntax('CAST')
  visitType(node.data_type, scope)
  const value = resolveExpression(node.expr, scope)
  const format = isAbsent(node.format) ? [] : [resolveOptional(node.format, scope)]
  return convertValue(name, value, readType(node.data_type), scope, format)
}

/**
 * A value as one of another type. It stays the value where the type holds all of it. TRY_CAST gives NULL where CAST
 * fails, and only takes texts: whatever else it is given is refused for every value alike.
 */
export const convertValue = (
  name: string,
  value: Value,
  to: SqlType,
  scope: Scope,
  settings: readonly Value[] = [],
): Value => {
  const conversion = convert(value.type, to)
  const isSame = conversion === 'same' && settings.length === 0
  const kept = convertThrough(value.lineage, settings.length === 0 ? fidelityOf(value.type, to) : 'none')
  const lineage = isSame ? passThrough(kept, name) : derived([{ ...value, lineage: kept }, ...settings], name)
  const fails = name !== 'TRY_CAST' && conversion === 'may-fail' && !literalFits(value.literal, to)
  const converted = compute(name, [value, ...settings], scope, lineage, {
    type: to,
    failing: fails ? [value] : [],
  })
  const { literal } = value
  return isSame && literal !== undefined ? { ...converted, literal } : converted
}

/** The parser's names of types, where they are not Snowflake's. */
const parserTypes: ReadonlyMap<string, string> = new Map([
  ['CharacterVarying', 'VARCHAR'],
  ['CharVarying', 'VARCHAR'],
  ['DoublePrecision', 'DOUBLE'],
  ['TimestampNtz', 'TIMESTAMP_NTZ'],
])

/** The type that the parser has read. What it has no plain form for is unknown. */
export const readType = (type: Json | undefined): SqlType => {
  const { name, body } = variantOf(type, 'a type')
  if (name === 'Custom') return parseSqlType(customTypeText(body))
  if (name === 'Array' && body !== 'None') return unknownType
  return parseSqlType((parserTypes.get(name) ?? name) + digitsOf(body))
}

/** `(12,2)` of a NUMBER, `(4)` of a VARCHAR, and nothing for types with other parameters. */
const digitsOf = (body: Json | undefined): string => {
  if (typeof body === 'number') return `(${body})`
  if (!isObject(body)) return ''
  const { IntegerLength: length, Precision: precision, PrecisionAndScale: both } = body as JsonObject
  if (isObject(length) && typeof length.length === 'number') return `(${length.length})`
  if (typeof precision === 'number') return `(${precision})`
  return Array.isArray(both) ? `(${both.join(',')})` : ''
}

const customTypeText = (body: Json): string => {
  const parts = Array.isArray(body) && Array.isArray(body[0]) ? body[0] : []
  const settings = Array.isArray(body) && Array.isArray(body[1]) ? body[1] : []
  const first: Json | undefined = parts[0]
  const identifier = isObject(first) && isObject(first.Identifier) ? first.Identifier : null
  if (parts.length !== 1 || typeof identifier?.value !== 'string') return ''
  return settings.length === 0 ? identifier.value : `${identifier.value}(${settings.map(String).join(',')})`
}

/** Types carry no data; those that the parser does not know are names with places. */
export const visitType = (type: Json | undefined, scope: Scope): void => {
  const { name, body } = variantOf(type, 'a type')
  if (name !== 'Custom') return
  const [typeName] = listOf(body, 'a type')
  readObjectName(typeName, scope.context.findings)
}
