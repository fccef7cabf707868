import { isAbsent, isObject, type Json, listOf, openNode, unknownSyntax, variantOf } from '../parser/node.ts'
import { resolveExpression, resolveOptional } from './expression.ts'
import { deriveThrough, type Lineage, mergeLineages, passThrough } from './lineage.ts'
import { readObjectName } from './object-name.ts'
import type { Scope } from './scope.ts'

const CAST_FIELDS = new Set(['kind', 'expr', 'data_type', 'format'])
const CAST_IDLE = new Set(['array'])
const CAST_KINDS: ReadonlyMap<string, string> = new Map([
  ['Cast', 'CAST'],
  ['DoubleColon', 'CAST'],
  ['TryCast', 'TRY_CAST'],
])

/**
 * CAST, `::` and TRY_CAST. The value stays the value where the type can hold all of it. A string type with a
 * length cuts: `ssn::varchar(4)` would show under a keep-last mask what the mask hides.
 */
export const resolveCast = (body: Json, scope: Scope): Lineage => {
  const node = openNode(body, 'CAST', CAST_FIELDS, CAST_IDLE)
  const name = typeof node.kind === 'string' ? CAST_KINDS.get(node.kind) : undefined
  if (name === undefined) return unknownSyntax('CAST')
  visitType(node.data_type, scope)
  const value = resolveExpression(node.expr, scope)
  if (keepsValue(node.data_type) && isAbsent(node.format)) return passThrough(value, name)
  return deriveThrough(mergeLineages([value, resolveOptional(node.format, scope)]), name)
}

/** String types, by what they hold when no length is written. CHAR is one character then. */
const stringTypes = new Set(['Varchar', 'Nvarchar', 'CharacterVarying', 'CharVarying', 'Text', 'String'])
const LONGEST_STRING = 16_777_216
const wholeTypes = new Set([
  'Decimal',
  'Numeric',
  'Dec',
  'Int',
  'Integer',
  'BigInt',
  'SmallInt',
  'TinyInt',
  'Float',
  'Double',
  'DoublePrecision',
  'Real',
  'Float4',
  'Float8',
  'Date',
  'Datetime',
  'Timestamp',
  'TimestampNtz',
])
const wholeCustomTypes = new Set([
  'NUMBER',
  'BYTEINT',
  'VARIANT',
  'TIMESTAMP_NTZ',
  'TIMESTAMP_LTZ',
  'TIMESTAMP_TZ',
  'TIMESTAMPNTZ',
  'TIMESTAMPLTZ',
  'TIMESTAMPTZ',
  'DECFLOAT',
])

const keepsValue = (type: Json | undefined): boolean => {
  const { name, body } = variantOf(type, 'a type')
  if (wholeTypes.has(name)) return true
  if (stringTypes.has(name)) {
    if (isAbsent(body)) return true
    const length = isObject(body) && isObject(body.IntegerLength) ? body.IntegerLength.length : null
    return typeof length === 'number' && length >= LONGEST_STRING
  }
  return name === 'Custom' && wholeCustomTypes.has(customTypeName(body))
}

const customTypeName = (body: Json): string => {
  const parts = Array.isArray(body) && Array.isArray(body[0]) ? body[0] : []
  const first: Json | undefined = parts[0]
  const identifier = isObject(first) && isObject(first.Identifier) ? first.Identifier : null
  return parts.length === 1 && typeof identifier?.value === 'string' ? identifier.value.toUpperCase() : ''
}

/** Types carry no data; those that the parser does not know are names with places. */
export const visitType = (type: Json | undefined, scope: Scope): void => {
  const { name, body } = variantOf(type, 'a type')
  if (name !== 'Custom') return
  const [typeName] = listOf(body, 'a type')
  readObjectName(typeName, scope.context.findings)
}
