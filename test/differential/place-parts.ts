import type { ExpressionKind } from './expression-grammar.ts'
import type { PlaceContext } from './place-grammar.ts'
import type { Source } from './source-grammar.ts'
import { agg, type Body, col, type Expr, fn, type Item, lit, select } from './statement-tree.ts'
import { number, type Type, text } from './value.ts'

export const one = lit(number(), 1)
export const nothing = lit({ family: 'null' } as Type, null)

/** The item with the classified value, and one of no class beside it. */
export const pairOf = (
  { sources, spice }: PlaceContext,
  source: Source,
  kind?: ExpressionKind,
): readonly Item[] => [
  sources.clearItem(source.columns, 'K'),
  { e: kind === undefined ? spice(source.columns) : spice(source.columns, kind), as: 'Z' },
]

/** A condition over what is not classified, or none. */
export const clearCondition = ({ expressions }: PlaceContext, source: Source): Expr | null => {
  const clear = expressions.chance(45) ? expressions.clear(source.columns) : undefined
  if (clear === undefined) return null
  return fn(
    expressions.random.pick(['=', '<>', '<', '>=']),
    expressions.column(clear),
    expressions.constantFor(clear),
  )
}

/** Reads from a derived or common table one of its columns, both, or one of them folded. */
export const readSome = (context: PlaceContext, rel: Source['rel'], as: string): Body => {
  const { expressions } = context
  const [k, z]: readonly Item[] = [
    { e: col('K', as), as: 'K' },
    { e: col('Z', as), as: 'Z' },
  ]
  switch (expressions.random.below(6)) {
    case 0:
    case 1:
      return select([k!], rel)
    case 2:
      return select([k!, z!], rel)
    case 3:
      return select([{ e: agg('COUNT', []), as: 'N' }], rel)
    case 4:
      return select(
        [
          {
            e: agg(expressions.random.pick(['MAX', 'MIN', 'COUNT', 'MODE', 'ANY_VALUE']), [col('Z', as)]),
            as: 'Z',
          },
        ],
        rel,
      )
    default:
      return select([{ e: agg('COUNT', [col('Z', as)], expressions.chance(50)), as: 'N' }], rel)
  }
}

export const constantRow = ({ expressions }: PlaceContext, source: Source, spiced: Expr): readonly Item[] => {
  const subject =
    spiced.k === 'col'
      ? source.columns.find(({ rel, name }) => rel === spiced.rel && name === spiced.name)
      : undefined
  const value =
    subject && expressions.chance(80)
      ? expressions.constantFor(subject)
      : expressions.constant(expressions.random.pick([text(), number(), text(), { family: 'date' }]))
  return [
    { e: expressions.chance(50) ? one : nothing, as: 'K' },
    { e: value, as: 'Z' },
  ]
}

/** Two arms: one with the classified value, one of the writer's own. */
export const union = (context: PlaceContext, op: 'union all' | 'union' | 'except' | 'intersect'): Body => {
  const source = context.sources.source()
  const pair = pairOf(context, source, context.expressions.chance(50) ? 'plain' : undefined)
  const [left, right] = [select(pair, source.rel), select(constantRow(context, source, pair[1]!.e), null)]
  return context.expressions.chance(75)
    ? { k: 'set', op, left, right }
    : { k: 'set', op, left: right, right: left }
}
