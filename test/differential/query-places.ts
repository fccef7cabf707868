import { subjectItems } from './group-places.ts'
import type { Place } from './place-grammar.ts'
import { clearCondition, one, pairOf } from './place-parts.ts'
import { agg, castTo, col, fn, type Item, lit, query, select } from './statement-tree.ts'
import { array, number, text } from './value.ts'

/** Places in one SELECT, and in what it reads from. */
export const queryPlaces: Readonly<Record<string, Place>> = {
  output: (context) => {
    const source = context.sources.source()
    const more = context.expressions.chance(50)
      ? [{ e: context.spice(source.columns, 'plain'), as: 'W' }]
      : []
    const items = [...subjectItems(context, source), ...pairOf(context, source), ...more]
    return query(select(items, source.rel, { where: clearCondition(context, source) }))
  },
  'ordered output': (context) => {
    const source = context.sources.source()
    const key = context.expressions.clear(source.columns)
    return query(select([...subjectItems(context, source), ...pairOf(context, source)], source.rel), {
      order: key ? [{ e: context.expressions.column(key), descending: context.expressions.chance(50) }] : [],
      limit: context.expressions.chance(30) ? 3 : null,
    })
  },
  'order key': (context) => {
    const source = context.sources.source()
    return query(
      select([...subjectItems(context, source), context.sources.clearItem(source.columns, 'K')], source.rel),
      {
        order: [{ e: context.spice(source.columns), descending: false }],
        limit: context.expressions.chance(50) ? 2 : null,
      },
    )
  },
  filter: (context) => {
    const source = context.sources.source()
    const condition = context.spice(source.columns)
    const where = context.expressions.chance(60) ? context.spice(source.columns, 'comparison') : condition
    return query(
      select([...subjectItems(context, source), context.sources.clearItem(source.columns, 'K')], source.rel, {
        where,
      }),
    )
  },
  distinct: (context) => {
    const source = context.sources.source()
    return query(select([{ e: context.spice(source.columns), as: 'Z' }], source.rel, { distinct: true }))
  },
  lateral: (context) => {
    const source = context.sources.table()
    const as = context.sources.alias()
    const q = query(select([{ e: context.spice(source.columns), as: 'Z' }], null))
    const rel = {
      k: 'join',
      kind: 'comma',
      left: source.rel,
      right: { k: 'derived', q, as, lateral: true },
      on: null,
      using: null,
    } as const
    const z: Item = { e: col('Z', as), as: 'Z' }
    return query(
      select(
        [
          ...subjectItems(context, source),
          context.sources.clearItem(source.columns, 'K'),
          ...(context.expressions.chance(40) ? [z] : []),
        ],
        rel,
      ),
    )
  },
  FLATTEN: (context) => {
    const source = context.sources.table()
    const as = context.sources.alias()
    const e = context.spice(source.columns)
    const wrapped = context.random.pick([
      fn('ARRAY_CONSTRUCT', e, one),
      fn('SPLIT', e, lit(text(), '-')),
      fn('PARSE_JSON', e),
      fn('OBJECT_CONSTRUCT', lit(text(), 'a'), e),
    ])
    const input = context.expressions.chance(40) ? e : wrapped
    const right = context.expressions.chance(80)
      ? ({ k: 'flatten', e: input, as } as const)
      : ({ k: 'split', e, by: lit(text(), '-'), as } as const)
    const rel = { k: 'join', kind: 'comma', left: source.rel, right, on: null, using: null } as const
    const items = [
      context.sources.clearItem(source.columns, 'K'),
      ...(context.expressions.chance(50)
        ? [{ e: col(context.random.pick(['VALUE', 'INDEX']), as), as: 'Z' }]
        : []),
    ]
    return query(select([...subjectItems(context, source), ...items], rel))
  },
  join: (context) => {
    const [a, b] = [context.sources.table(), context.sources.table()]
    const columns = [...a.columns, ...b.columns]
    const on = context.expressions.chance(60) ? context.spice(columns, 'comparison') : context.spice(columns)
    const rel = {
      k: 'join',
      kind: context.random.pick(['join', 'left join'] as const),
      left: a.rel,
      right: b.rel,
      on,
      using: null,
    } as const
    const items = context.expressions.chance(50)
      ? [context.sources.clearItem(columns, 'K')]
      : [{ e: agg('COUNT', []), as: 'N' }]
    return query(select(items, rel))
  },
  'self join': (context) => {
    const a = context.sources.table()
    const b = context.sources.table(a.rel.k === 'table' ? a.rel.name : undefined)
    const subject = context.expressions.subject(a.columns)
    const on = fn(
      context.random.pick(['=', '<', '<>']),
      col(subject.name, subject.rel),
      col(subject.name, b.columns[0]!.rel),
    )
    const rel = {
      k: 'join',
      kind: 'join',
      left: a.rel,
      right: b.rel,
      on: context.expressions.chance(50) ? on : fn('AND', on, context.spice(a.columns, 'comparison')),
      using: null,
    } as const
    return query(select([{ e: agg('COUNT', []), as: 'N' }], rel))
  },
  UNPIVOT: (context) => {
    const source = context.sources.table()
    const as = context.sources.alias()
    const subject = context.expressions.subject(source.columns)
    const items: Item[] = [
      context.sources.clearItem(source.columns, 'K'),
      { e: context.spice(source.columns), as: 'Z' },
      {
        e: context.expressions.chance(50)
          ? context.expressions.constantFor(subject)
          : context.expressions.column(subject),
        as: 'Y',
      },
    ]
    const rel = {
      k: 'unpivot',
      q: query(select(items, source.rel)),
      value: 'V',
      name: 'N',
      columns: ['Z', 'Y'],
      as,
    } as const
    const outputs = context.expressions.chance(50) ? ['K', 'N'] : ['K', 'V']
    return query(
      select(
        outputs.map((name) => ({ e: col(name, as), as: name })),
        rel,
      ),
    )
  },
  PIVOT: (context) => {
    const source = context.sources.table()
    const as = context.sources.alias()
    const clear = context.expressions.clear(source.columns, ({ family }) => family === 'text')
    const items: Item[] = [
      { e: context.spice(source.columns), as: 'Z' },
      { e: clear ? context.expressions.column(clear) : lit(text(), 'F'), as: 'G' },
    ]
    const isOver = context.expressions.chance(80)
    const subject = context.expressions.subject(source.columns)
    const rel = {
      k: 'pivot',
      q: query(select(items, source.rel)),
      aggregate: context.random.pick(['MAX', 'MIN', 'COUNT', 'SUM']),
      column: isOver ? 'Z' : 'G',
      of: isOver ? 'G' : 'Z',
      values: isOver
        ? [lit(text(), 'F'), lit(text(), 'M')]
        : [context.expressions.constantFor(subject), lit(text(), 'x')],
      as,
      otherwise: context.expressions.chance(30)
        ? context.expressions.constant(context.random.pick([number(), text()]))
        : null,
    } as const
    return query(
      select(
        ['P1', 'P2']
          .slice(0, context.expressions.chance(50) ? 2 : 1)
          .map((name) => ({ e: col(name, as), as: name })),
        rel,
      ),
    )
  },
  array: (context) => {
    const source = context.sources.table()
    const e = context.spice(source.columns)
    const list = fn(
      'ARRAY_CONSTRUCT',
      e,
      context.expressions.constantFor(context.expressions.subject(source.columns)),
    )
    const used = context.random.pick([
      fn('ARRAY_SIZE', list),
      fn('ARRAY_TO_STRING', list, lit(text(), ',')),
      fn('ARRAY_CONTAINS', fn('TO_VARIANT', e), list),
      fn('ARRAY_SORT', list),
      castTo(list, array),
    ])
    return query(
      select(
        [
          ...subjectItems(context, source),
          context.sources.clearItem(source.columns, 'K'),
          { e: used, as: 'Z' },
        ],
        source.rel,
      ),
    )
  },
}
