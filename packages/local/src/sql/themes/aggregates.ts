import { fixed, real, text } from '../../dictionary/snow-type.ts'
import type { FunctionCall, Rewritten } from '../rewrite-expression.ts'
import { call, type SyntaxNode, stringLiteral } from '../syntax-tree.ts'
import { castTo } from './casts.ts'

type AggregateWrap = (aggregate: SyntaxNode, call: FunctionCall) => Rewritten | null

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
  ARRAY_UNIQUE_AGG: () => null,
}
