import { subjectItems } from './group-places.ts'
import type { Place, PlaceContext } from './place-grammar.ts'
import { clearCondition, nothing, one, pairOf, readSome, union } from './place-parts.ts'
import {
  agg,
  type Body,
  castTo,
  col,
  type Expr,
  fn,
  type Item,
  iff,
  lit,
  type Order,
  query,
  select,
} from './statement-tree.ts'
import { number, text } from './value.ts'

const byKey = (name: string): Order => ({ e: col(name), descending: false })

/** Places in derived and common tables, recursions, subqueries and set operations. */
export const nestedPlaces: Readonly<Record<string, Place>> = {
  'derived table': (context) => {
    const source = context.sources.source()
    const as = context.sources.alias()
    return query(
      readSome(
        context,
        {
          k: 'derived',
          q: query(select(pairOf(context, source), source.rel, { where: clearCondition(context, source) })),
          as,
          lateral: false,
        },
        as,
      ),
    )
  },
  'common table, read': (context) => {
    const source = context.sources.source()
    const q = query(select(pairOf(context, source), source.rel, { where: clearCondition(context, source) }))
    return query(readSome(context, { k: 'table', name: 'C', as: 'C' }, 'C'), {
      with: [{ name: 'C', columns: [], q, recursive: false }],
    })
  },
  'common table, unread': (context) => {
    const source = context.sources.source()
    const other = context.sources.table()
    const q = query(select(pairOf(context, source), source.rel))
    return query(
      select([...subjectItems(context, other), context.sources.clearItem(other.columns, 'K')], other.rel),
      {
        with: [{ name: 'C', columns: [], q, recursive: false }],
      },
    )
  },
  'common table, read twice': (context) => {
    const source = context.sources.table()
    const q = query(select(pairOf(context, source), source.rel))
    const [a, b] = ['A', 'B']
    const on = fn('=', col('K', a), col('K', b))
    const items = context.expressions.chance(50)
      ? [{ e: col('K', a), as: 'K' }]
      : [
          { e: col('Z', a), as: 'Z' },
          { e: agg('COUNT', [col('Z', b)], true), as: 'N' },
        ]
    const rel = {
      k: 'join',
      kind: 'join',
      left: { k: 'table', name: 'C', as: a! },
      right: { k: 'table', name: 'C', as: b! },
      on,
      using: null,
    } as const
    return query(select(items, rel, { group: items.length > 1 ? [col('Z', a)] : [] }), {
      with: [{ name: 'C', columns: [], q, recursive: false }],
    })
  },
  'recursive anchor': (context) => {
    const source = context.sources.table()
    const anchor = select(
      [
        { e: one, as: 'I' },
        { e: context.spice(source.columns), as: 'Z' },
      ],
      source.rel,
      { where: clearCondition(context, source) },
    )
    const arm = select(
      [
        { e: fn('+', col('I', 'R'), one), as: 'I' },
        { e: col('Z', 'R'), as: 'Z' },
      ],
      { k: 'table', name: 'R', as: 'R' },
      { where: fn('<', col('I', 'R'), lit(number(), 3)) },
    )
    return readRecursion(context, anchor, arm)
  },
  'recursive arm': (context) => {
    const source = context.sources.table()
    const subject = context.expressions.subject(source.columns)
    const anchor = select(
      [
        { e: one, as: 'I' },
        { e: context.expressions.column(subject), as: 'Z' },
      ],
      source.rel,
      { where: clearCondition(context, source) },
    )
    const own = [{ ...subject, rel: 'R', name: 'Z' }]
    const z = context.spice(own)
    const arm = select(
      [
        { e: fn('+', col('I', 'R'), one), as: 'I' },
        { e: context.expressions.chance(60) ? castTo(z, subject.type) : z, as: 'Z' },
      ],
      { k: 'table', name: 'R', as: 'R' },
      { where: fn('<', col('I', 'R'), lit(number(), 3)) },
    )
    return readRecursion(context, anchor, arm)
  },
  'recursive arm over a table': (context) => {
    const source = context.sources.table()
    const key = context.expressions.clear(source.columns, ({ family }) => family === 'number')
    const anchor = select(
      [
        { e: one, as: 'I' },
        { e: nothing, as: 'Z' },
      ],
      null,
    )
    const rel = {
      k: 'join',
      kind: 'join',
      left: { k: 'table', name: 'R', as: 'R' },
      right: source.rel,
      on: key ? fn('=', context.expressions.column(key), col('I', 'R')) : lit({ family: 'boolean' }, true),
      using: null,
    } as const
    const arm = select(
      [
        { e: fn('+', col('I', 'R'), one), as: 'I' },
        { e: castTo(context.spice(source.columns), text()), as: 'Z' },
      ],
      rel,
      {
        where: context.expressions.chance(25)
          ? fn('AND', fn('<', col('I', 'R'), lit(number(), 3)), context.spice(source.columns, 'comparison'))
          : fn('<', col('I', 'R'), lit(number(), 3)),
      },
    )
    return readRecursion(context, anchor, arm)
  },
  EXISTS: (context) => {
    const [source, other] = [context.sources.table(), context.sources.table()]
    const q = query(
      select([{ e: context.spice(source.columns), as: 'Z' }], source.rel, {
        where: clearCondition(context, source),
      }),
    )
    const items = [...subjectItems(context, other), context.sources.clearItem(other.columns, 'K')]
    if (context.expressions.chance(30))
      return query(select([...items, { e: { k: 'exists', q }, as: 'X' }], other.rel))
    return query(select(items, other.rel, { where: { k: 'exists', q } }))
  },
  'IN list': (context) => {
    const [source, other] = [context.sources.table(), context.sources.table()]
    const clear = context.expressions.clear(other.columns)
    const isDirect = context.expressions.chance(40)
    const item =
      isDirect || clear === undefined
        ? context.spice(source.columns)
        : context.sources.clearItem(source.columns, 'K').e
    const inner = context.sources.alias()
    const q = isDirect
      ? query(select([{ e: item, as: 'Z' }], source.rel))
      : query(
          select([{ e: col('K', inner), as: 'K' }], {
            k: 'derived',
            as: inner,
            lateral: false,
            q: query(select(pairOf(context, source), source.rel)),
          }),
        )
    const e = clear ? context.expressions.column(clear) : one
    return query(
      select([context.sources.clearItem(other.columns, 'K')], other.rel, { where: { k: 'in', e, q } }),
    )
  },
  'scalar query': (context) => {
    const [source, other] = [context.sources.table(), context.sources.table()]
    const e = context.spice(source.columns)
    const key = source.columns.find(
      ({ name, classified }) =>
        !classified && other.columns.some((column) => column.name === name && !column.classified),
    )
    const isFolded = context.expressions.chance(65)
    const q = query(
      select(
        [{ e: isFolded ? agg(context.random.pick(['MAX', 'MIN', 'COUNT', 'ANY_VALUE']), [e]) : e, as: 'Z' }],
        source.rel,
        {
          where: key
            ? fn(
                '=',
                col(key.name, key.rel),
                context.expressions.chance(50)
                  ? col(key.name, other.columns[0]!.rel)
                  : context.expressions.constantFor(key),
              )
            : null,
        },
      ),
    )
    const subquery: Expr = { k: 'scalar', q }
    const used = context.expressions.chance(70) ? subquery : fn('IS NULL', subquery)
    return query(
      select(
        [
          ...subjectItems(context, other),
          context.sources.clearItem(other.columns, 'K'),
          { e: used, as: 'Z' },
        ],
        other.rel,
      ),
    )
  },
  'scalar subquery in a branch': (context) => {
    const other = context.sources.table()
    const source = context.sources.table()
    const item = { ...context.sources.clearItem(source.columns, 'Z'), as: 'Z' }
    const subquery: Expr = {
      k: 'scalar',
      q: query(select([item], source.rel, { where: clearCondition(context, source) })),
    }
    const taken = iff(context.spice(other.columns, 'comparison'), subquery, null)
    return query(
      select(
        [
          ...subjectItems(context, other),
          context.sources.clearItem(other.columns, 'K'),
          { e: taken, as: 'Z' },
        ],
        other.rel,
      ),
    )
  },
  'union with a constant': (context) => {
    const as = context.sources.alias()
    return query(
      readSome(context, { k: 'derived', q: query(union(context, 'union all')), as, lateral: false }, as),
    )
  },
  'set operation': (context) => {
    const op = context.random.pick(['union all', 'union', 'except', 'intersect'] as const)
    return query(union(context, op))
  },
}

/** Reads the counter, the value, or both of a recursion. */
const readRecursion = (context: PlaceContext, anchor: Body, arm: Body) => {
  const rel = { k: 'table', name: 'R', as: 'R' } as const
  const items = context.random
    .pick([['I'], ['I', 'Z'], ['Z']])
    .map((name): Item => ({ e: col(name, 'R'), as: name }))
  const body = context.expressions.chance(70)
    ? select(items, rel)
    : select([{ e: agg(context.random.pick(['MAX', 'COUNT', 'MIN']), [col('Z', 'R')]), as: 'Z' }], rel)
  return query(body, {
    with: [
      {
        name: 'R',
        columns: ['I', 'Z'],
        q: query({ k: 'set', op: 'union all', left: anchor, right: arm }),
        recursive: true,
      },
    ],
    order: body.items.some(({ as }) => as === 'I') && context.expressions.chance(50) ? [byKey('I')] : [],
  })
}
