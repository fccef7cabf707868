import { largeGroups } from './group-places.ts'
import type { Place, PlaceContext } from './place-grammar.ts'
import { clearCondition, one } from './place-parts.ts'
import type { Source } from './source-grammar.ts'
import { agg, castTo, type Expr, fn, iff, lit, query, select } from './statement-tree.ts'
import { isNumeric, number, text } from './value.ts'

const statistics =
  'SUM AVG STDDEV MEDIAN MEDIAN APPROX_PERCENTILE PERCENTILE_CONT PERCENTILE_DISC MIN MAX COUNT'.split(' ')

const statistic = ({ random }: PlaceContext, e: Expr): Expr => {
  const name = random.pick(statistics)
  const at = lit(number(2, 1), random.pick([0, 0.5, 1]))
  if (name === 'APPROX_PERCENTILE') return agg(name, [e, at])
  if (!name.startsWith('PERCENTILE')) return agg(name, [e])
  return { k: 'agg', name, args: [at], distinct: false, within: [{ e, descending: false }] }
}

/** A key of groups, half of the time. */
const keyOf = ({ expressions }: PlaceContext, { columns }: Source): readonly Expr[] => {
  const clear = expressions.chance(50) ? expressions.clear(columns) : undefined
  return clear === undefined ? [] : [expressions.column(clear)]
}

/** Something that fails by no column: by constants alone, or by how many rows there are. */
const failing = ({ expressions, random }: PlaceContext, { columns }: Source): Expr => {
  const counted = agg(
    'COUNT',
    expressions.chance(50) ? [] : [expressions.column(expressions.subject(columns))],
  )
  const less = fn('-', counted, lit(number(), random.pick([1, 2, 3])))
  return random.pick([
    fn('/', one, counted),
    fn('/', one, counted),
    fn('/', one, less),
    agg('SUM', [castTo(lit(text(), random.pick(['one', 'x'])), number())]),
    agg('MAX', [fn('/', one, lit(number(), 0))]),
    iff(fn('=', counted, one), fn('/', one, lit(number(), 0)), one),
  ])
}

/** Places of statistics over numbers, and of what fails in a statistic. */
export const statisticPlaces: Readonly<Record<string, Place>> = {
  'statistic of a number': (context) => {
    const { sources, expressions, random } = context
    const isMeasure = ({ name, type }: { name: string; type: Source['columns'][number]['type'] }) =>
      isNumeric(type) && !/_ID$|^ENTRY$/.test(name)
    const tables = [...sources.schema.tables].flatMap(([name, columns]) =>
      columns.some(isMeasure) ? [name] : [],
    )
    const source = sources.table(tables.length > 0 ? random.pick(tables) : undefined)
    const measures = source.columns.filter(isMeasure)
    const measure = random.pick(measures.length > 0 ? measures : source.columns)
    const e = expressions.chance(50) ? expressions.column(measure) : expressions.narrower(measure)
    const group = keyOf(context, source)
    const items = [...group.map((key) => ({ e: key, as: 'G' })), { e: statistic(context, e), as: 'Z' }]
    return query(select(items, source.rel, { group, having: largeGroups(context) }))
  },
  'failing alone': (context) => {
    const source = context.sources.table()
    const group = keyOf(context, source)
    const failure = failing(context, source)
    const large = largeGroups(context)
    const isAsked = context.expressions.chance(30)
    const asked = fn('>', failure, lit(number(), 0))
    const counted = agg('COUNT', [])
    return query(
      select(
        [...group.map((key) => ({ e: key, as: 'G' })), { e: isAsked ? counted : failure, as: 'Z' }],
        source.rel,
        {
          where: clearCondition(context, source),
          group,
          having: !isAsked ? large : large === null ? asked : fn('AND', large, asked),
        },
      ),
    )
  },
}
