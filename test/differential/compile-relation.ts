import { foldOf } from './aggregate-functions.ts'
import {
  type Column,
  type CommonRows,
  type Compilation,
  CompileRefusal,
  type Frame,
  type Scope,
} from './compilation.ts'
import { compileExpression, frameOf, outputOf } from './compile-expression.ts'
import { type CompiledQuery, compileQuery, noCommonTables, type Rows } from './compile-query.ts'
import type { Rel } from './statement-tree.ts'
import { comparisonType, convertTo, unifyTypes } from './unify-types.ts'
import {
  array,
  boolean,
  isSemiStructured,
  type Json,
  keyOf,
  nullType,
  number,
  type Type,
  text,
  type Value,
  Variant,
  variant,
} from './value.ts'

const named = (columns: readonly Column[], rel: string, names: readonly string[] = []): Column[] =>
  columns.map((column, index) => ({ ...column, rel, name: names[index] ?? column.name }))

/**
 * A source of rows. `up` is what a subquery in it stands in, `beside` what a lateral one may also see.
 * @throws CompileRefusal where Snowflake would refuse it
 */
export const compileRelation = (
  compilation: Compilation,
  rel: Rel,
  up: Scope | null,
  beside: Scope | null,
  common: ReadonlyMap<string, CommonRows>,
): CompiledQuery => {
  switch (rel.k) {
    case 'table': {
      const shared = common.get(rel.name)
      if (shared) return { columns: named(shared.columns, rel.as), steered: false, rows: () => shared.rows() }
      const table = compilation.tables.get(rel.name)
      if (table === undefined) throw new CompileRefusal(`no table ${rel.name}`)
      return {
        columns: named(table.columns, rel.as),
        steered: false,
        rows: () => compilation.world.get(rel.name) ?? [],
      }
    }
    case 'derived': {
      const q = compileQuery(compilation, rel.q, rel.lateral ? beside : up, common)
      compilation.mark(
        'CTE derived EXISTS IN list',
        q.columns.some(({ classified }) => classified),
      )
      return { ...q, columns: named(q.columns, rel.as) }
    }
    case 'flatten':
      return compileFlatten(compilation, rel, beside, common)
    case 'split': {
      const scope = beside ?? emptyScope(common)
      const [e, by] = [rel.e, rel.by].map((part) =>
        convertTo(compilation, compileExpression(compilation, part, scope), text(), 'SPLIT_TO_TABLE'),
      )
      const classified = e!.classified || by!.classified
      compilation.mark('FLATTEN join CONNECT BY', classified)
      const columns = ['SEQ', 'INDEX', 'VALUE'].map(
        (name): Column => ({ rel: rel.as, name, type: name === 'VALUE' ? text() : number(), classified }),
      )
      return {
        columns,
        steered: classified,
        rows: (frame, live) => {
          const at = frame ?? frameOf([], null)
          const [value, separator] = [e!.run(at, live), by!.run(at, live)]
          if (value === null || separator === null) return []
          return String(value)
            .split(String(separator))
            .map((part, index) => [1, index + 1, part])
        },
      }
    }
    case 'generator':
      compilation.mark('GENERATOR and the rest', false)
      return { columns: [], steered: false, rows: () => Array.from({ length: rel.rows }, () => []) }
    case 'values':
      return compileValues(compilation, rel, common)
    case 'join':
      return compileJoin(compilation, rel, up, beside, common)
    case 'pivot':
      return compilePivot(compilation, rel, up, common)
    case 'unpivot':
      return compileUnpivot(compilation, rel, up, common)
    default:
      throw rel satisfies never
  }
}

const emptyScope = (common: ReadonlyMap<string, CommonRows>): Scope => ({
  columns: [],
  up: null,
  windows: [],
  common,
})

const compileFlatten = (
  compilation: Compilation,
  rel: Extract<Rel, { k: 'flatten' }>,
  beside: Scope | null,
  common: ReadonlyMap<string, CommonRows>,
): CompiledQuery => {
  const e = compileExpression(compilation, rel.e, beside ?? emptyScope(common))
  if (!isSemiStructured(e.type)) throw new CompileRefusal('FLATTEN of no document')
  compilation.mark('FLATTEN join CONNECT BY', e.classified)
  const types: readonly (readonly [string, Type])[] = [
    ['SEQ', number()],
    ['KEY', text()],
    ['PATH', text()],
    ['INDEX', number()],
    ['VALUE', variant],
    ['THIS', variant],
  ]
  return {
    columns: types.map(([name, type]) => ({ rel: rel.as, name, type, classified: e.classified })),
    steered: e.classified,
    rows: (frame, live) => {
      const value = e.run(frame ?? frameOf([], null), live) as Variant | null
      if (value === null || typeof value.json !== 'object' || value.json === null) return []
      const isList = Array.isArray(value.json)
      return Object.entries(value.json as Readonly<Record<string, Json>>).map(([key, item]) => [
        1,
        isList ? null : key,
        isList ? `[${key}]` : key,
        isList ? Number(key) : null,
        new Variant(item),
        value,
      ])
    },
  }
}

const compileValues = (
  compilation: Compilation,
  rel: Extract<Rel, { k: 'values' }>,
  common: ReadonlyMap<string, CommonRows>,
): CompiledQuery => {
  const rows = rel.rows.map((row) => row.map((e) => compileExpression(compilation, e, emptyScope(common))))
  const types = rel.columns.map((_, index) =>
    rows.map((row) => row[index]!.type).reduce(unifyTypes, nullType),
  )
  const converted = rows.map((row) =>
    row.map((value, index) => convertTo(compilation, value, types[index]!, 'VALUES')),
  )
  const classified = converted.flat().some((value) => value.classified)
  compilation.mark('set operation VALUES recursion', classified)
  return {
    columns: rel.columns.map((name, index) => ({ rel: rel.as, name, type: types[index]!, classified })),
    steered: false,
    rows: (frame, live) =>
      converted.map((row) => row.map((value) => value.run(frame ?? frameOf([], null), live))),
  }
}

const isLateral = (rel: Rel): boolean =>
  rel.k === 'flatten' || rel.k === 'split' || (rel.k === 'derived' && rel.lateral)

const compileJoin = (
  compilation: Compilation,
  rel: Extract<Rel, { k: 'join' }>,
  up: Scope | null,
  beside: Scope | null,
  common: ReadonlyMap<string, CommonRows>,
): CompiledQuery => {
  const left = compileRelation(compilation, rel.left, up, beside, common)
  const leftScope: Scope = { columns: left.columns, up, windows: [], common }
  const right = compileRelation(compilation, rel.right, up, leftScope, common)
  const columns = [...left.columns, ...right.columns]
  const scope: Scope = { columns, up, windows: [], common }
  const conditions = [
    ...(rel.on === null
      ? []
      : [convertTo(compilation, compileExpression(compilation, rel.on, scope), boolean, 'ON')]),
    ...(rel.using === null ? [] : [compileUsing(compilation, rel.using, left, right)]),
  ]
  const steered = conditions.some(({ classified }) => classified)
  compilation.mark('FLATTEN join CONNECT BY', steered)
  const lateral = isLateral(rel.right)
  return {
    columns,
    steered: left.steered || right.steered || steered,
    rows: (frame, live) => {
      const shared = lateral ? null : right.rows(frame, live)
      return left.rows(frame, live).flatMap((row) => {
        const candidates = shared ?? right.rows(frameOf(row, frame), live)
        const joined: (readonly Value[])[] = []
        for (const other of candidates) {
          compilation.step()
          const both = [...row, ...other]
          if (conditions.every((on) => on.run(frameOf(both, frame), live) === true)) joined.push(both)
        }
        if (joined.length === 0 && rel.kind === 'left join')
          joined.push([...row, ...right.columns.map((): Value => null)])
        return joined
      })
    },
  }
}

const compileUsing = (compilation: Compilation, name: string, left: CompiledQuery, right: CompiledQuery) => {
  const [a, b] = [left, right].map(({ columns }) => columns.findIndex((column) => column.name === name)) as [
    number,
    number,
  ]
  const [x, y] = [left.columns[a], right.columns[b]]
  if (x === undefined || y === undefined) throw new CompileRefusal(`USING ${name}`)
  const type = comparisonType(x.type, y.type)
  const at = [outputOf(x, a), outputOf(y, left.columns.length + b)].map((side) =>
    convertTo(compilation, side, type, 'USING'),
  )
  compilation.mark('observes equality', x.classified || y.classified)
  return {
    type: boolean,
    classified: x.classified || y.classified,
    constant: false,
    run: (frame: Frame, live: boolean): Value => {
      const [one, other] = at.map((side) => side.run(frame, live)) as [Value, Value]
      return one !== null && other !== null && keyOf(one) === keyOf(other)
    },
  }
}

const compilePivot = (
  compilation: Compilation,
  rel: Extract<Rel, { k: 'pivot' }>,
  up: Scope | null,
  common: ReadonlyMap<string, CommonRows>,
): CompiledQuery => {
  const q = compileQuery(compilation, rel.q, up, common)
  const scope: Scope = { columns: q.columns, up: null, windows: [], common: noCommonTables }
  const indexOf = (name: string) => {
    const index = q.columns.findIndex((column) => column.name === name)
    if (index === -1) throw new CompileRefusal(`PIVOT without ${name}`)
    return index
  }
  const [value, of] = [indexOf(rel.column), indexOf(rel.of)]
  const kept = q.columns.map((_, index) => index).filter((index) => index !== value && index !== of)
  const fold = foldOf(compilation, rel.aggregate, [outputOf(q.columns[value]!, value)], false)
  const argument = convertTo(
    compilation,
    outputOf(q.columns[value]!, value),
    fold.parameters[0] ?? q.columns[value]!.type,
    'PIVOT',
  )
  const cases = rel.values.map((e) => {
    const given = compileExpression(compilation, e, scope)
    const type = comparisonType(q.columns[of]!.type, given.type)
    return [outputOf(q.columns[of]!, of), given].map((side) =>
      convertTo(compilation, side, type, 'PIVOT FOR'),
    )
  })
  const otherwise =
    rel.otherwise === null
      ? null
      : convertTo(
          compilation,
          compileExpression(compilation, rel.otherwise, scope),
          fold.type,
          'DEFAULT ON NULL',
        )
  const classified = q.columns[value]!.classified || q.columns[of]!.classified
  compilation.mark(
    'observes equality',
    q.columns[of]!.classified || kept.some((index) => q.columns[index]!.classified),
  )
  compilation.mark('paths, lambdas, defaults', classified)
  return {
    columns: [
      ...kept.map((index) => ({ ...q.columns[index]!, rel: rel.as })),
      ...rel.values.map((_, index) => ({ rel: rel.as, name: `P${index + 1}`, type: fold.type, classified })),
    ],
    steered: q.steered,
    rows: (frame, live) => {
      const groups = new Map<string, Rows[number][]>()
      for (const row of q.rows(frame, live)) {
        const key = kept.map((index) => keyOf(row[index] as Value)).join(' ')
        groups.set(key, [...(groups.get(key) ?? []), row])
      }
      return [...groups.values()].map((members) => [
        ...kept.map((index) => members[0]![index] as Value),
        ...cases.map(([actual, wanted]) => {
          const hits = members.filter((row) => {
            const at = frameOf(row, frame)
            return keyOf(actual!.run(at, live)) === keyOf(wanted!.run(at, live))
          })
          const folded = fold.fold(
            hits.map((row) => [argument.run(frameOf(row, frame), live)]),
            live,
          )
          const instead = otherwise?.run(frameOf(members[0]!, frame), live) ?? null
          return folded ?? instead
        }),
      ])
    },
  }
}

const compileUnpivot = (
  compilation: Compilation,
  rel: Extract<Rel, { k: 'unpivot' }>,
  up: Scope | null,
  common: ReadonlyMap<string, CommonRows>,
): CompiledQuery => {
  const q = compileQuery(compilation, rel.q, up, common)
  const indexes = rel.columns.map((name) => q.columns.findIndex((column) => column.name === name))
  if (indexes.includes(-1)) throw new CompileRefusal('UNPIVOT of an unknown column')
  const type = indexes.map((index) => q.columns[index]!.type).reduce(unifyTypes, nullType)
  const values = indexes.map((index) =>
    convertTo(compilation, outputOf(q.columns[index]!, index), type, 'UNPIVOT'),
  )
  const kept = q.columns.map((_, index) => index).filter((index) => !indexes.includes(index))
  const classified = values.some((value) => value.classified)
  compilation.mark('set operation VALUES recursion', classified)
  return {
    columns: [
      ...kept.map((index) => ({ ...q.columns[index]!, rel: rel.as })),
      { rel: rel.as, name: rel.name, type: text(), classified: false },
      { rel: rel.as, name: rel.value, type: type.family === 'array' ? array : type, classified },
    ],
    steered: q.steered,
    rows: (frame, live) =>
      q.rows(frame, live).flatMap((row) =>
        values.flatMap((value, index) => {
          const found = value.run(frameOf(row, frame), live)
          return found === null
            ? []
            : [[...kept.map((at) => row[at] as Value), rel.columns[index] as string, found]]
        }),
      ),
  }
}
