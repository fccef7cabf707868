import { fixed, real, type SnowType, text } from '../../dictionary/snow-type.ts'
import { unsupported } from '../../snowflake-error.ts'
import type { FunctionCall, Rewritten } from '../function-rule.ts'
import { call, payloadOf, type SyntaxNode, stringLiteral } from '../syntax-tree.ts'
import { castTo } from './casts.ts'

type AggregateWrap = (aggregate: SyntaxNode, call: FunctionCall) => Rewritten | null

/** Snowflake: a value between two fixed-point numbers has three more digits after the point. */
const interpolated = (aggregate: SyntaxNode, type: SnowType | null): Rewritten | null =>
  type?.kind === 'fixed' ? castTo(aggregate, fixed(38, Math.min(37, type.scale + 3))) : null

/** What goes around an aggregate together with its OVER, WITHIN GROUP and FILTER. */
export const aggregateWraps: Readonly<Record<string, AggregateWrap>> = {
  /** Snowflake: the mean of fixed-point numbers is fixed-point, with six more digits after the point, at most twelve. */
  AVG: (aggregate, { types: [type] }) => {
    if (type?.kind !== 'fixed') return type?.kind === 'real' ? { node: aggregate, type: real } : null
    const scale = Math.max(type.scale, Math.min(type.scale + 6, 12))
    return castTo(aggregate, fixed(38, scale))
  },
  /** Snowflake gives an empty text for no rows. */
  LISTAGG: (aggregate) => ({ node: call('COALESCE', aggregate, stringLiteral('')), type: text() }),
  ARRAY_AGG: (aggregate) => ({ node: call('snow_list', aggregate), type: { kind: 'array' } }),
  MEDIAN: (aggregate, { types: [type] }) => interpolated(aggregate, type ?? null),
  PERCENTILE_CONT: (aggregate) => ({ node: aggregate, type: real }),
}

/** A value as a part of the sum over its window. */
export const ratioToReport = (window: SyntaxNode, { args: [value] }: FunctionCall): Rewritten => {
  const payload = payloadOf(window, 'window_function')
  if (!payload || !value) throw unsupported('RATIO_TO_REPORT without OVER')
  const sum = { window_function: { ...payload, this: call('SUM', value) } }
  return castTo(call('snow_divide', castTo(value, real).node, sum), real)
}
