import { boolean, fixed, isSemiStructured, type SnowType, text, variant } from '../../dictionary/snow-type.ts'
import { unsupported } from '../../snowflake-error.ts'
import type { Binder } from '../binder.ts'
import { type FunctionCall, type FunctionRule, type Rewritten, rewritten } from '../function-rule.ts'
import {
  asNodes,
  call,
  isObject,
  kindOf,
  numberOf,
  type SyntaxNode,
  stringLiteral,
  stringOf,
} from '../syntax-tree.ts'
import { asText, castTo } from './casts.ts'

const object: SnowType = { kind: 'object' }
const array: SnowType = { kind: 'array' }

/** `a.b[0]['c d']` as a JSON path of DuckDB. Keys keep their case. */
export const jsonPath = (path: string): string => {
  const steps =
    /\s*(?:\.?\s*"((?:[^"]|"")*)"|\.?\s*([\p{L}_][\p{L}\p{N}_$]*)|\[\s*(\d+)\s*\]|\[\s*(?:'((?:[^']|'')*)'|"([^"]*)")\s*\])/uy
  let result = '$'
  for (let index = 0; index < path.length; index = steps.lastIndex) {
    steps.lastIndex = index
    const step = steps.exec(path)
    if (!step) throw unsupported('this path into a VARIANT')
    const key = step[1]?.replaceAll('""', '"') ?? step[2] ?? step[4]?.replaceAll("''", "'") ?? step[5]
    if (key?.includes('"')) throw unsupported('a quote in a path into a VARIANT')
    result += step[3] === undefined ? `."${key}"` : `[${step[3]}]`
  }
  return result
}

/** `value:a.b[0]`, `value['a']`, `value[0]`. */
export const rewritePath = (binder: Binder, kind: string, payload: SyntaxNode): Rewritten => {
  const source = binder.typeOf(payload.this)
  if (source && !isSemiStructured(source)) throw unsupported('a path into a value that is no VARIANT')
  const step = kind === 'subscript' ? payload.index : payload.expression
  const key = stringOf(step)
  const index = numberOf(step)
  if (kind === 'subscript' && key !== null) return pathCall(payload.this, `$."${safeKey(key)}"`)
  if (kind === 'subscript' && index !== null) return pathCall(payload.this, `$[${index}]`)
  if (kind !== 'subscript' && key !== null) return pathCall(payload.this, jsonPath(key))
  throw unsupported('a path into a VARIANT that is not a literal')
}

const safeKey = (key: string): string => {
  if (key.includes('"')) throw unsupported('a quote in a path into a VARIANT')
  return key
}

const pathCall = (value: unknown, path: string): Rewritten =>
  rewritten(variant, 'snow_path', value, stringLiteral(path))

/** A number out of a VARIANT; other values stay as they are. */
export const asNumber = (node: unknown, type: SnowType | null): unknown =>
  isSemiStructured(type) ? castTo(asText(node), { kind: 'real' }).node : node

const comparable = (node: unknown, type: SnowType | null, other: SnowType | null): unknown => {
  if (!isSemiStructured(type)) return node
  if (isSemiStructured(other)) return node
  if (other === null) throw unsupported('a comparison of a VARIANT with a value of unknown type; cast both')
  switch (other.kind) {
    case 'text':
      return asText(node)
    case 'fixed':
    case 'real':
      return castTo(asText(node), { kind: 'real' }).node
    case 'boolean':
    case 'date':
    case 'timestamp_ntz':
    case 'timestamp_ltz':
      return castTo(asText(node), other).node
    default:
      throw unsupported('this comparison with a VARIANT; cast it')
  }
}

const arithmetic = new Set(['add', 'sub', 'mul'])
const orderings = new Set(['lt', 'lte', 'gt', 'gte', 'between'])

/** In DuckDB a JSON text keeps its quotes, so a comparison with a plain text would silently be false. */
export const rewriteComparison = (binder: Binder, kind: string, payload: SyntaxNode): void => {
  if (kind === 'between' || kind === 'in') {
    rewriteRange(binder, kind, payload)
    return
  }
  const [left, right] = [binder.typeOf(payload.left), binder.typeOf(payload.right)]
  if (left?.kind === 'timestamp_tz' || right?.kind === 'timestamp_tz') {
    if (kind !== 'concat')
      for (const side of ['left', 'right'] as const) payload[side] = tzInstant(binder, payload[side])
    return
  }
  if (!isSemiStructured(left) && !isSemiStructured(right)) return
  if (arithmetic.has(kind)) {
    payload.left = asNumber(payload.left, left)
    payload.right = asNumber(payload.right, right)
  } else if (kind === 'like' || kind === 'i_like' || kind === 'concat') {
    if (isSemiStructured(left)) payload.left = asText(payload.left)
    if (isSemiStructured(right)) payload.right = asText(payload.right)
  } else {
    if (orderings.has(kind) && isSemiStructured(left) && isSemiStructured(right))
      throw unsupported('an ordering of two VARIANT values; cast them')
    payload.left = comparable(payload.left, left, right)
    payload.right = comparable(payload.right, right, left)
  }
}

const tzInstant = (binder: Binder, node: unknown): unknown =>
  binder.typeOf(node)?.kind === 'timestamp_tz' ? call('snow_tz_instant', node) : node

const rewriteRange = (binder: Binder, kind: string, payload: SyntaxNode): void => {
  const type = binder.typeOf(payload.this)
  if (!isSemiStructured(type)) return
  const others = kind === 'in' ? asNodes(payload.expressions) : [payload.low, payload.high]
  const kinds = new Set(others.map((other) => binder.typeOf(other)?.kind))
  const [other] = others
  if (kinds.size !== 1 || payload.query) throw unsupported('this comparison with a VARIANT; cast it')
  payload.this = comparable(payload.this, type, binder.typeOf(other))
}

/** JSON would be ordered by its text, 10 before 9. */
export const refuseVariantOrder = (binder: Binder, node: unknown): void => {
  if (isSemiStructured(binder.typeOf(node))) throw unsupported('an ordering by a VARIANT value; cast it')
}

const literalPath = ({ name, args }: FunctionCall): string => {
  const path = stringOf(args[1])
  if (path === null) throw unsupported(`${name} with a path that is not a literal`)
  return path
}

const pairs = ({ name, args }: FunctionCall): SyntaxNode[] => {
  if (args.length % 2 !== 0 || args.some((arg) => kindOf(arg) === 'star'))
    throw unsupported(`${name} of this form`)
  return args.flatMap((key, index) => (index % 2 === 0 ? [call('snow_pair', key, args[index + 1])] : []))
}

const list = (parts: readonly SyntaxNode[]) => call('LIST_VALUE', ...parts)

const simple =
  (name: string, type: SnowType, count: number): FunctionRule =>
  (read) => {
    if (read.args.length !== count) throw unsupported(`${read.name} with ${read.args.length} arguments`)
    return rewritten(type, name, ...read.args)
  }

export const variantRules: Readonly<Record<string, FunctionRule>> = {
  PARSE_JSON: simple('snow_parse_json', variant, 1),
  TRY_PARSE_JSON: simple('snow_try_parse_json', variant, 1),
  TO_JSON: simple('snow_to_json', text(), 1),
  TO_VARIANT: simple('snow_to_variant', variant, 1),
  TO_OBJECT: simple('snow_to_variant', object, 1),
  TO_ARRAY: simple('snow_to_array', array, 1),
  GET_PATH: (read) => pathCall(read.args[0], jsonPath(literalPath(read))),
  GET: (read) => {
    const [value, step] = read.args
    const index = numberOf(step)
    return index === null
      ? pathCall(value, `$."${safeKey(literalPath(read))}"`)
      : pathCall(value, `$[${index}]`)
  },
  OBJECT_CONSTRUCT: (read) => rewritten(object, 'snow_object', list(pairs(read))),
  OBJECT_CONSTRUCT_KEEP_NULL: (read) => rewritten(object, 'snow_object_keep', list(pairs(read))),
  ARRAY_CONSTRUCT: ({ args }) =>
    rewritten(array, 'snow_array', list(args.map((arg) => call('snow_element', arg)))),
  ARRAY_SIZE: simple('snow_array_size', fixed(9, 0), 1),
  ARRAY_CONTAINS: simple('snow_array_contains', boolean, 2),
  ARRAY_DISTINCT: simple('snow_array_distinct', array, 1),
  ARRAY_CAT: simple('snow_array_cat', array, 2),
  ARRAY_SLICE: ({ name, args }) => {
    if (args.slice(1).some((arg) => numberOf(arg) === null))
      throw unsupported(`${name} with anything but literals`)
    return rewritten(array, 'snow_array_slice', ...args)
  },
  OBJECT_AGG: simple('snow_object_agg', object, 2),
  ARRAY_TO_STRING: simple('snow_array_to_string', text(), 2),
  SPLIT: simple('snow_split', array, 2),
  OBJECT_KEYS: simple('snow_object_keys', array, 1),
  TYPEOF: simple('snow_typeof', text(), 1),
  IS_ARRAY: simple('snow_is_array', boolean, 1),
  IS_OBJECT: simple('snow_is_object', boolean, 1),
  IS_NULL_VALUE: simple('snow_is_null_value', boolean, 1),
  MIN: refuseExtreme,
  MAX: refuseExtreme,
  SUM: ({ args: [value], types: [type] }) => {
    if (!isSemiStructured(type ?? null) || !isObject(value)) return null
    throw unsupported('SUM of a VARIANT; cast it')
  },
  AVG: ({ types: [type] }) => {
    if (isSemiStructured(type ?? null)) throw unsupported('AVG of a VARIANT; cast it')
    return null
  },
}

function refuseExtreme({ name, types: [type] }: FunctionCall): null {
  if (isSemiStructured(type ?? null)) throw unsupported(`${name} of a VARIANT; cast it`)
  return null
}
