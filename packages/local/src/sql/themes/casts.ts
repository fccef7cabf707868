import { parseType } from '../../dictionary/parse-type.ts'
import {
  declaredType,
  isSemiStructured,
  maximumTextLength,
  type SnowType,
  text,
} from '../../dictionary/snow-type.ts'
import { unsupported } from '../../snowflake-error.ts'
import type { Binder } from '../binder.ts'
import type { Rewritten } from '../function-rule.ts'
import { call, isObject, numberLiteral, type SyntaxNode } from '../syntax-tree.ts'

const typeNames: Readonly<Record<string, string>> = {
  var_char: 'VARCHAR',
  text: 'VARCHAR',
  string: 'VARCHAR',
  n_var_char: 'VARCHAR',
  char: 'CHAR',
  int: 'INT',
  big_int: 'INT',
  small_int: 'INT',
  tiny_int: 'INT',
  float: 'FLOAT',
  double: 'FLOAT',
  decimal: 'NUMBER',
  boolean: 'BOOLEAN',
  date: 'DATE',
  time: 'TIME',
  binary: 'BINARY',
  var_binary: 'BINARY',
  json: 'VARIANT',
  variant: 'VARIANT',
  object: 'OBJECT',
  array: 'ARRAY',
}

/** The Snowflake type of a type node of the parser. @throws SnowflakeError 000002 for a type that is not supported */
export const readTypeNode = (node: unknown): SnowType => {
  if (!isObject(node)) throw unsupported('this type')
  const kind = String(node.data_type)
  if (kind === 'custom') return parseType(String(node.name))
  if (kind === 'timestamp') {
    const name = node.timezone ? 'TIMESTAMP_TZ' : 'TIMESTAMP_NTZ'
    return parseType(typeof node.precision === 'number' ? `${name}(${node.precision})` : name)
  }
  const name = typeNames[kind]
  if (!name || (node.element_type && kind === 'array')) throw unsupported(`type ${kind}`)
  const size = node.length ?? node.precision
  if (typeof size !== 'number') return parseType(name)
  return parseType(typeof node.scale === 'number' ? `${name}(${size}, ${node.scale})` : `${name}(${size})`)
}

const castNode = (kind: string, node: unknown, type: SnowType): SyntaxNode => ({
  [kind]: {
    this: node,
    to: {
      data_type: 'custom',
      name: declaredType(type)
        .replace(/\(9\)$/, '')
        .replace('TIMESTAMP_', 'TIMESTAMP'),
    },
    trailing_comments: [],
    double_colon_syntax: false,
    format: null,
    default: null,
  },
})

export const castTo = (node: unknown, type: SnowType): Rewritten => ({
  node: castNode('cast', node, type),
  type,
})

const tryCastTo = (node: unknown, type: SnowType): Rewritten => ({
  node: castNode('try_cast', node, type),
  type,
})

/** The text of a value as Snowflake casts it, also out of a VARIANT. */
export const asText = (node: unknown): SyntaxNode => call('snow_to_varchar', node)

/**
 * Casts as Snowflake does: integers have 38 digits, a text out of a VARIANT has no quotes, a longer text is cut.
 */
export const rewriteCast = (binder: Binder, kind: string, payload: SyntaxNode): Rewritten => {
  const target = readTypeNode(payload.to)
  const source = binder.typeOf(payload.this)
  const attempt = kind !== 'cast'
  if (payload.format) throw unsupported('CAST with a format')
  return castValue(payload.this, source, target, attempt)
}

/** What a zone at the end of a text means differs between the kinds of timestamps. */
const withZone = (node: unknown, target: SnowType): unknown => {
  if (target.kind === 'timestamp_ltz') return call('snow_ltz_text', node)
  return target.kind === 'timestamp_ntz' ? call('snow_ntz_text', node) : node
}

export const castValue = (
  node: unknown,
  source: SnowType | null,
  target: SnowType,
  attempt: boolean,
): Rewritten => {
  switch (target.kind) {
    case 'text': {
      const whole = asText(node)
      const cut = target.length < maximumTextLength
      return {
        node: cut ? call('LEFT', whole, numberLiteral(target.length)) : whole,
        type: text(target.length),
      }
    }
    case 'variant':
    case 'object':
    case 'array':
      return { node: call('snow_to_variant', node), type: target }
    case 'timestamp_tz':
      return { node: call(attempt ? 'snow_try_to_tz' : 'snow_to_tz', node), type: target }
    case 'binary':
      return { node: call('UNHEX', node), type: target }
    case 'fixed':
    case 'real':
    case 'boolean':
    case 'date':
    case 'time':
    case 'timestamp_ntz':
    case 'timestamp_ltz': {
      const value = isSemiStructured(source)
        ? asText(node)
        : source?.kind === 'timestamp_tz'
          ? call('snow_tz_local', node)
          : node
      const isText = source?.kind === 'text' || isSemiStructured(source)
      const zoned = isText ? withZone(value, target) : value
      return attempt ? tryCastTo(zoned, target) : castTo(zoned, target)
    }
    default:
      throw target satisfies never
  }
}
