import type { Place, PlaceContext } from './place-grammar.ts'
import type { Source } from './source-grammar.ts'
import {
  agg,
  col,
  type Expr,
  fn,
  type Item,
  lit,
  type Order,
  query,
  type Rel,
  select,
} from './statement-tree.ts'
import { isNumeric, number, text } from './value.ts'

const folds =
  'COUNT COUNT MIN MIN MAX MAX MAX ANY_VALUE MODE SUM SUM AVG AVG MEDIAN STDDEV LISTAGG ARRAY_AGG APPROX_COUNT_DISTINCT HLL APPROX_PERCENTILE HASH_AGG BOOLOR_AGG COUNT_IF'.split(
    ' ',
  )
const one = lit(number(), 1)

/** Where people are counted, whose a row is must stand among the outputs. */
export const subjectItems = ({ sources }: PlaceContext, source: Source): readonly Item[] => {
  const { subjectOf } = sources.schema
  if (subjectOf.size === 0 || source.rel.k !== 'table') return []
  const name = subjectOf.get(source.rel.name)
  const column = source.columns.find((known) => known.name === name)
  return column === undefined ? [] : [{ e: col(column.name, column.rel), as: column.name }]
}

/** HAVING, where only large groups may be read. */
export const largeGroups = ({ sources, expressions }: PlaceContext): Expr | null => {
  const { minimumGroupSize } = sources.schema
  if (minimumGroupSize === null && !expressions.chance(8)) return null
  return fn('>=', agg('COUNT', []), lit(number(), minimumGroupSize ?? 2))
}

const grouped = (
  context: PlaceContext,
  source: Source,
  items: readonly Item[],
  more: readonly Expr[] = [],
) => {
  const { expressions } = context
  const key = expressions.chance(50) ? expressions.clear(source.columns) : undefined
  const keyed = key ? [{ e: expressions.column(key), as: 'G' }] : []
  return query(
    select([...keyed, ...items], source.rel, {
      group: [...keyed.map(({ e }) => e), ...more],
      having: largeGroups(context),
    }),
  )
}

/** The same rows several times over. */
const multiply = (context: PlaceContext, source: Source): Source => {
  const { random, sources, expressions } = context
  const as = sources.alias()
  const times = random.pick([2, 3, 12])
  const numbers: Rel = expressions.chance(50)
    ? { k: 'generator', rows: times, as }
    : random.below(2) === 0
      ? {
          k: 'values',
          rows: Array.from({ length: times }, (_, index) => [lit(number(), index)]),
          as,
          columns: ['M'],
        }
      : { k: 'flatten', e: fn('ARRAY_CONSTRUCT', ...Array.from({ length: times }, () => one)), as }
  const kind = numbers.k === 'flatten' ? 'comma' : random.pick(['cross join', 'comma'] as const)
  return {
    rel: { k: 'join', kind, left: source.rel, right: numbers, on: null, using: null },
    columns: source.columns,
  }
}

/** The value itself, half of the time: what chooses and counts is wrong about it alone. */
const usually = ({ expressions, spice }: PlaceContext, { columns }: Source): Expr =>
  expressions.chance(45) ? spice(columns, 'plain') : spice(columns)

const fold = ({ random, expressions }: PlaceContext, e: Expr): Expr => {
  const name = random.pick(folds)
  const args = name === 'APPROX_PERCENTILE' ? [e, lit(number(2, 1), random.pick([0, 0.5, 1]))] : [e]
  return agg(name, args, args.length === 1 && expressions.chance(15))
}

const windowNames =
  'ROW_NUMBER RANK LAG LEAD FIRST_VALUE LAST_VALUE MAX MIN COUNT SUM RATIO_TO_REPORT NTILE CONDITIONAL_CHANGE_EVENT MODE LISTAGG ARRAY_AGG MINHASH APPROX_TOP_K_ACCUMULATE APPROX_TOP_K HLL HASH_AGG'.split(
    ' ',
  )

/** What LAG gives where there is no row before: of the writer's choice, or a column, which becomes of the argument's type. */
const defaultOf = ({ expressions, spice }: PlaceContext, { columns }: Source): Expr => {
  if (expressions.chance(50)) return spice(columns, expressions.chance(70) ? 'plain' : undefined)
  return expressions.chance(50)
    ? expressions.constant(text())
    : expressions.constantFor(expressions.subject(columns))
}

const windowOf = (
  context: PlaceContext,
  source: Source,
  where: 'argument' | 'partition' | 'order' | 'default',
): Expr => {
  const { random, expressions, spice } = context
  const clear =
    (where === 'default' ? expressions.clear(source.columns, isNumeric) : undefined) ??
    expressions.clear(source.columns)
  const name = where === 'default' ? random.pick(['LAG', 'LEAD']) : random.pick(windowNames)
  const isFold = /^(MINHASH|APPROX|HLL|LISTAGG|ARRAY_AGG|HASH_AGG|MODE)/.test(name)
  const order: Order[] =
    isFold && where !== 'order'
      ? []
      : [
          {
            e: where === 'order' ? spice(source.columns) : clear ? expressions.column(clear) : one,
            descending: false,
          },
        ]
  const argument =
    where === 'argument'
      ? usually(context, source)
      : where === 'default' && (clear === undefined || expressions.chance(50))
        ? spice(source.columns, 'plain')
        : clear
          ? expressions.column(clear)
          : one
  const args: Expr[] = /^(ROW_NUMBER|RANK)$/.test(name)
    ? []
    : name === 'NTILE'
      ? [lit(number(), 2)]
      : name === 'MINHASH'
        ? [lit(number(), 5), argument]
        : name.startsWith('APPROX_TOP_K')
          ? [argument, lit(number(), 5)]
          : where === 'default'
            ? [argument, one, defaultOf(context, source)]
            : [argument]
  return {
    k: 'win',
    name,
    args,
    partition:
      where === 'partition'
        ? [spice(source.columns)]
        : expressions.chance(30) && clear
          ? [expressions.column(clear)]
          : [],
    order,
  }
}

const windowed =
  (where: 'argument' | 'partition' | 'order' | 'default'): Place =>
  (context) => {
    const source = context.sources.source()
    const e = windowOf(context, source, where)
    const items = [
      ...subjectItems(context, source),
      context.sources.clearItem(source.columns, 'K'),
      { e, as: 'Z' },
    ]
    if (context.expressions.chance(15))
      return query(select(items.slice(0, -1), source.rel, { qualify: fn('=', e, one) }))
    // Of the rows that a limit leaves out, nobody is counted.
    const isLimited = items.length > 2 && context.expressions.chance(30)
    return query(select(items, source.rel), { limit: isLimited ? 1 : null })
  }

export const groupPlaces: Readonly<Record<string, Place>> = {
  aggregate: (context) => {
    const source = context.sources.source()
    const e = usually(context, source)
    return grouped(context, source, [{ e: fold(context, e), as: 'Z' }])
  },
  count: (context) => {
    const source = context.sources.source()
    const counted = agg('COUNT', [context.spice(source.columns)], context.expressions.chance(30))
    return grouped(context, source, [
      { e: context.expressions.chance(20) ? fn('-', agg('COUNT', []), counted) : counted, as: 'N' },
    ])
  },
  'count of different values over a join': (context) => {
    const source = context.sources.table()
    const subject = context.expressions.subject(source.columns)
    const as = context.sources.alias()
    const constants = [1, 2].map(() => [context.expressions.constantFor(subject)])
    const mixed: Rel = { k: 'values', rows: constants, as, columns: ['V'] }
    const on = fn(
      '=',
      col('V', as),
      context.expressions.chance(60)
        ? context.expressions.column(subject)
        : context.expressions.constantFor(subject),
    )
    const kind = context.random.pick(['cross join', 'left join', 'join'] as const)
    const rel: Rel = {
      k: 'join',
      kind,
      left: source.rel,
      right: mixed,
      on: kind === 'cross join' ? null : on,
      using: null,
    }
    const counted = context.random.pick([
      context.expressions.column(subject),
      fn('NVL', context.expressions.column(subject), col('V', as)),
      context.spice([...source.columns, { ...subject, rel: as, name: 'V', classified: false }]),
    ])
    return query(select([{ e: agg('COUNT', [counted], context.expressions.chance(80)), as: 'N' }], rel))
  },
  'count of different values under a join': (context) => {
    const [a, b] = [context.sources.table(), context.sources.table()]
    const columns = [...a.columns, ...b.columns]
    const key = context.expressions.clear(a.columns, ({ family }) => family === 'number')
    const other = context.expressions.clear(b.columns, ({ family }) => family === 'number')
    const rel: Rel = {
      k: 'join',
      kind: context.random.pick(['join', 'left join', 'cross join'] as const),
      left: a.rel,
      right: b.rel,
      on: null,
      using: null,
    }
    const joined: Rel =
      rel.kind === 'cross join'
        ? rel
        : {
            ...rel,
            on:
              key && other
                ? fn('=', context.expressions.column(key), context.expressions.column(other))
                : lit({ family: 'boolean' }, true),
          }
    const where =
      key && context.expressions.chance(50)
        ? fn(
            'IN',
            context.expressions.column(key),
            context.expressions.constantFor(key),
            context.expressions.constantFor(key),
            lit(number(), 1),
            lit(number(), 2),
          )
        : null
    return query(
      select(
        [
          {
            e: agg(
              context.random.pick(['COUNT', 'APPROX_COUNT_DISTINCT', 'HLL', 'ARRAY_UNIQUE_AGG']),
              [context.spice(columns)],
              true,
            ),
            as: 'N',
          },
        ],
        joined,
        { where },
      ),
    )
  },
  'group key': (context) => {
    const source = context.sources.source()
    const e = context.spice(source.columns)
    return grouped(
      context,
      source,
      [{ e: agg('COUNT', []), as: 'N' }, ...(context.expressions.chance(60) ? [{ e, as: 'Z' }] : [])],
      [e],
    )
  },
  having: (context) => {
    const source = context.sources.source()
    const clear = context.expressions.clear(source.columns)
    const asked = fn(
      context.random.pick(['=', '<', '>=']),
      agg(context.random.pick(['MAX', 'MIN', 'COUNT']), [context.spice(source.columns)]),
      context.expressions.constantFor(context.expressions.subject(source.columns)),
    )
    const items = clear ? [{ e: context.expressions.column(clear), as: 'G' }] : []
    return query(
      select([...items, { e: agg('COUNT', []), as: 'N' }], source.rel, {
        group: items.map(({ e }) => e),
        having: asked,
      }),
    )
  },
  chosen: (context) => {
    const source = context.sources.source()
    const clear = context.expressions.clear(source.columns)
    const name = context.random.pick(['MIN_BY', 'MAX_BY'])
    const [value, by] =
      context.expressions.chance(50) || clear === undefined
        ? [context.spice(source.columns, 'plain'), context.spice(source.columns)]
        : [context.expressions.column(clear), context.spice(source.columns)]
    return grouped(context, source, [{ e: agg(name, [value, by]), as: 'Z' }])
  },
  'ordered aggregate': (context) => {
    const source = context.sources.source()
    const clear = context.expressions.clear(source.columns)
    const spiced = context.spice(source.columns)
    const isValue = context.expressions.chance(40)
    const value = isValue || clear === undefined ? spiced : context.expressions.column(clear)
    const by = isValue && clear ? context.expressions.column(clear) : spiced
    const name = context.random.pick(['LISTAGG', 'ARRAY_AGG', 'PERCENTILE_CONT', 'PERCENTILE_DISC'])
    const args = name.startsWith('PERCENTILE')
      ? [lit(number(2, 1), context.random.pick([0, 0.5, 1]))]
      : name === 'LISTAGG'
        ? [value, lit(text(), ',')]
        : [value]
    return grouped(context, source, [
      { e: { k: 'agg', name, args, distinct: false, within: [{ e: by, descending: false }] }, as: 'Z' },
    ])
  },
  'object aggregate': (context) => {
    const source = context.sources.source()
    const clear = context.expressions.clear(source.columns)
    const other = clear ? context.expressions.column(clear) : one
    const args = context.expressions.chance(50)
      ? [context.spice(source.columns), other]
      : [other, context.spice(source.columns)]
    return grouped(context, source, [{ e: agg('OBJECT_AGG', args), as: 'Z' }])
  },
  'rows several times': (context) => {
    const source = multiply(context, context.sources.table())
    const clear = context.expressions.clear(source.columns)
    const where = clear
      ? fn('=', context.expressions.column(clear), context.expressions.constantFor(clear))
      : null
    return query(
      select([{ e: fold(context, usually(context, source)), as: 'Z' }], source.rel, {
        where,
        having: largeGroups(context),
      }),
    )
  },
  hierarchy: (context) => {
    const source = context.sources.table()
    const clear = context.expressions.clear(source.columns, ({ family }) => family === 'number')
    const name = clear?.name ?? source.columns[0]!.name
    const levels = fn('<=', col('LEVEL'), lit(number(), context.random.pick([2, 3, 12])))
    const own = col(name, source.columns[0]!.rel)
    const next = context.random.pick([
      fn('=', col(name, 'PRIOR'), own),
      fn('=', col(name, 'PRIOR'), fn('-', own, one)),
      fn('<', col(name, 'PRIOR'), own),
    ])
    const by = fn('AND', next, levels)
    const spiced = context.expressions.chance(25)
      ? fn('AND', by, context.spice(source.columns, 'comparison'))
      : by
    const begin = context.random.pick(['<', '='])
    const start = clear
      ? fn(begin, context.expressions.column(clear), lit(number(), 4))
      : lit({ family: 'boolean' as const }, true)
    const path = fn('SYS_CONNECT_BY_PATH', usually(context, source), lit(text(), '/'))
    const isFolded = context.expressions.chance(40)
    const items: Item[] = isFolded
      ? [{ e: fold(context, usually(context, source)), as: 'Z' }]
      : [
          ...subjectItems(context, source),
          { e: col('LEVEL'), as: 'L' },
          { e: context.expressions.chance(50) ? path : context.spice(source.columns), as: 'Z' },
        ]
    return query(
      select(items, source.rel, {
        connectBy: { start, by: spiced },
        having: isFolded ? largeGroups(context) : null,
      }),
    )
  },
  'row identity': (context) => {
    const source = context.sources.table()
    const name = context.random.pick([
      'MINHASH',
      'APPROX_TOP_K_ACCUMULATE',
      'APPROX_TOP_K',
      'HASH_AGG',
      'LISTAGG',
      'ARRAY_AGG',
    ])
    const e = usually(context, source)
    const args =
      name === 'MINHASH' ? [lit(number(), 5), e] : name.startsWith('APPROX') ? [e, lit(number(), 5)] : [e]
    return query(select([{ e: agg(name, args), as: 'Z' }], source.rel, { having: largeGroups(context) }))
  },
  'window argument': windowed('argument'),
  'window partition': windowed('partition'),
  'window order': windowed('order'),
  'default of LAG': windowed('default'),
}
