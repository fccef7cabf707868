import { boolean, date, fixed, real, type SnowType, text, timestampNtz } from '../dictionary/snow-type.ts'
import { asList, isObject, kindOf, payloadOf, type SyntaxNode } from './syntax-tree.ts'

const truths = new Set([
  'eq',
  'neq',
  'lt',
  'lte',
  'gt',
  'gte',
  'and',
  'or',
  'not',
  'is_null',
  'is_true',
  'is_false',
  'between',
  'in',
  'like',
  'i_like',
  'exists',
  'boolean',
  'null_safe_eq',
  'is_distinct_from',
  'contains',
  'starts_with',
  'ends_with',
])
const texts = new Set(['upper', 'lower', 'trim', 'substring', 'concat', 'list_agg'])
const counts = new Set([
  'count',
  'count_if',
  'approx_count_distinct',
  'row_number',
  'rank',
  'dense_rank',
  'n_tile',
])
const parts = new Set([
  'year',
  'month',
  'day',
  'hour',
  'minute',
  'second',
  'quarter',
  'extract',
  'day_of_week',
])
const sameAsOperand = new Set([
  'paren',
  'min',
  'max',
  'any_value',
  'mode',
  'lag',
  'lead',
  'first_value',
  'last_value',
  'nth_value',
  'window_function',
  'alias',
  'neg',
  'abs',
])
const reals = new Set([
  'stddev',
  'stddev_pop',
  'stddev_samp',
  'variance',
  'var_pop',
  'var_samp',
  'sqrt',
  'power',
  'ln',
  'exp',
])

const literalType = (literal: SyntaxNode): SnowType | null => {
  const value = String(literal.value)
  if (literal.literal_type === 'string' || literal.literal_type === 'dollar_string') return text(value.length)
  if (literal.literal_type === 'date') return date
  if (literal.literal_type === 'timestamp') return timestampNtz
  if (literal.literal_type !== 'number') return null
  const match = /^(\d*)(?:\.(\d*))?$/.exec(value)
  if (!match) return real
  const scale = match[2]?.length ?? 0
  return fixed(Math.max(1, (match[1] ?? '').replace(/^0+/, '').length + scale), scale)
}

const sameType = (types: readonly (SnowType | null)[]): SnowType | null => {
  const [first] = types
  if (!first || types.some((type) => type?.kind !== first.kind)) return null
  if (first.kind === 'text') return text()
  if (first.kind !== 'fixed') return first
  const all = types as Extract<SnowType, { kind: 'fixed' }>[]
  const scale = Math.max(...all.map((type) => type.scale))
  const whole = Math.max(...all.map((type) => type.precision - type.scale))
  return fixed(Math.min(38, whole + scale), scale)
}

/** Snowflake: one more digit for a sum, the digits of both for a product, its scale held at 12 or the larger scale. */
const arithmeticType = (kind: string, left: SnowType | null, right: SnowType | null): SnowType | null => {
  if (!left || !right) return null
  if (left.kind === 'real' || right.kind === 'real') return real
  if (left.kind === 'date' && right.kind === 'fixed') return date
  if (left.kind === 'date' && right.kind === 'date' && kind === 'sub') return fixed(9, 0)
  if (left.kind !== 'fixed' || right.kind !== 'fixed') return null
  const whole = [left.precision - left.scale, right.precision - right.scale] as const
  if (kind === 'mul') {
    const scale = Math.min(left.scale + right.scale, Math.max(left.scale, right.scale, 12))
    return fixed(Math.min(38, whole[0] + whole[1] + scale), scale)
  }
  const scale = Math.max(left.scale, right.scale)
  return fixed(Math.min(38, Math.max(...whole) + scale + 1), scale)
}

/** The Snowflake type of an expression, null when only DuckDB can tell. `known` holds columns and rewritten calls. */
export const typeOf = (known: WeakMap<object, SnowType>, node: unknown): SnowType | null => {
  if (!isObject(node)) return null
  const given = known.get(node)
  if (given) return given
  const kind = kindOf(node)
  if (kind === null) return null
  const payload = payloadOf(node, kind)
  if (!payload) return null
  const inner = (part: unknown) => typeOf(known, part)
  if (kind === 'literal') return literalType(payload)
  if (truths.has(kind)) return boolean
  if (texts.has(kind)) return text()
  if (counts.has(kind)) return fixed(18, 0)
  if (parts.has(kind)) return fixed(4, 0)
  if (reals.has(kind)) return real
  if (sameAsOperand.has(kind)) return inner(payload.this)
  if (kind === 'add' || kind === 'sub' || kind === 'mul')
    return arithmeticType(kind, inner(payload.left), inner(payload.right))
  if (kind === 'mod') return inner(payload.left)
  if (kind === 'sum') {
    const type = inner(payload.this)
    return type?.kind === 'fixed' ? fixed(38, type.scale) : type?.kind === 'real' ? real : null
  }
  if (kind === 'case') {
    const results = asList(payload.whens).map((when) => asList(when)[1])
    if (payload.else_) results.push(payload.else_)
    return sameType(results.filter((result) => kindOf(result) !== 'null').map(inner))
  }
  if (kind === 'if_func')
    return sameType(
      [payload.true_value, payload.false_value].filter((part) => kindOf(part) !== 'null').map(inner),
    )
  if (kind === 'coalesce') return sameType(asList(payload.expressions).map(inner))
  if (kind === 'nvl') return sameType([inner(payload.this), inner(payload.expression)])
  return null
}
