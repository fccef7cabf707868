import { subjectItems } from './group-places.ts'
import type { Place, PlaceContext } from './place-grammar.ts'
import { one } from './place-parts.ts'
import type { Source } from './source-grammar.ts'
import { col, type Expr, fn, type Item, lit, type Order, query, select } from './statement-tree.ts'
import { number } from './value.ts'

/** Whose a row is where people are counted, and a value of no class. */
const itemsOf = (context: PlaceContext, source: Source): readonly Item[] => [
  ...subjectItems(context, source),
  context.sources.clearItem(source.columns, 'K'),
]

const orderOf = ({ expressions }: PlaceContext, { columns }: Source): Order => {
  const key = expressions.chance(40) ? columns[0] : expressions.clear(columns)
  return { e: key === undefined ? one : expressions.column(key), descending: expressions.chance(50) }
}

/** Something that looks at all rows, as a condition on each. */
const acrossCondition = (context: PlaceContext, source: Source): Expr => {
  const { random, expressions } = context
  const clear = expressions.clear(source.columns)
  if (clear === undefined || expressions.chance(40)) {
    const order = orderOf(context, source)
    const ranked: Expr = { k: 'win', name: 'ROW_NUMBER', args: [], partition: [], order: [order] }
    return fn(random.pick(['<=', '>']), ranked, lit(number(), random.pick([1, 2, 3])))
  }
  const value = expressions.column(clear)
  const best: Expr = { k: 'win', name: random.pick(['MIN', 'MAX']), args: [value], partition: [], order: [] }
  return fn(random.pick(['<', '>', '=']), value, best)
}

/** Places where rows that are not shown may decide about those that are. */
export const acrossPlaces: Readonly<Record<string, Place>> = {
  'grouping sets': (context) => {
    const source = context.sources.table()
    const [subject] = subjectItems(context, source)
    const first = subject?.e ?? context.expressions.column(context.random.pick(source.columns))
    const second = context.expressions.column(context.expressions.subject(source.columns))
    const sets = context.random.pick(['rollup', 'grouping sets', 'cube'] as const)
    return query(
      select(
        [
          { e: first, as: subject?.as ?? 'K' },
          { e: second, as: 'Z' },
        ],
        source.rel,
        {
          group: sets === 'rollup' ? [second, first] : [first, second],
          sets,
          having: context.expressions.chance(60) ? fn('IS NULL', first) : null,
        },
      ),
    )
  },
  OFFSET: (context) => {
    const source = context.sources.table()
    return query(
      select(itemsOf(context, source), source.rel, { where: context.spice(source.columns, 'comparison') }),
      { order: [orderOf(context, source)], limit: context.random.pick([1, 3]), offset: 1 },
    )
  },
  'limit inside': (context) => {
    const source = context.sources.table()
    const as = context.sources.alias()
    const items = itemsOf(context, source)
    const q = query(select(items, source.rel, { where: context.spice(source.columns, 'comparison') }), {
      order: [orderOf(context, source)],
      limit: context.random.pick([1, 3]),
    })
    return query(
      select(
        items.map((item) => ({ e: col(item.as, as), as: item.as })),
        { k: 'derived', q, as, lateral: false },
      ),
    )
  },
  'sketch of all rows': (context) => {
    const { random, expressions, sources } = context
    const source = sources.table()
    const clear = expressions.clear(source.columns)
    const value = expressions.column(
      clear === undefined || expressions.chance(50) ? expressions.subject(source.columns) : clear,
    )
    const name = random.pick(['HLL', 'APPROX_TOP_K', 'APPROX_TOP_K_ACCUMULATE', 'MINHASH'])
    const size = lit(number(), 5)
    const args = name === 'HLL' ? [value] : name === 'MINHASH' ? [size, value] : [value, size]
    const sketch: Expr = { k: 'win', name, args, partition: [], order: [] }
    // Of the rows that a limit leaves out, nobody is counted.
    return query(select([...itemsOf(context, source), { e: sketch, as: 'Z' }], source.rel), {
      limit: expressions.chance(60) ? 1 : null,
    })
  },
  'window in QUALIFY': (context) => {
    const source = context.sources.table()
    return query(select(itemsOf(context, source), source.rel, { qualify: acrossCondition(context, source) }))
  },
}
