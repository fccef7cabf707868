import {
  type Column,
  type CommonRows,
  type Compilation,
  type Compiled,
  CompileRefusal,
  type Frame,
  type Scope,
} from './compilation.ts'
import { compileExpression, frameOf } from './compile-expression.ts'
import type { CompiledQuery, Rows } from './compile-query.ts'
import { compileRelation } from './compile-relation.ts'
import { expandHierarchy } from './expand-hierarchy.ts'
import type { Expr, Item, Select } from './statement-tree.ts'
import { convertTo } from './unify-types.ts'
import { boolean, keyOf, type Value } from './value.ts'

/** Whether an expression folds rows, windows aside. */
const folds = (e: Expr | null): boolean => {
  if (e === null) return false
  switch (e.k) {
    case 'agg':
      return true
    case 'fn':
      return e.args.some(folds)
    case 'cast':
    case 'path':
      return folds(e.e)
    case 'case':
      return (
        folds(e.operand) ||
        folds(e.otherwise) ||
        e.whens.some(({ when, result }) => folds(when) || folds(result))
      )
    case 'win':
      return [...e.args, ...e.partition, ...e.order.map((order) => order.e)].some(folds)
    case 'in':
      return folds(e.e)
    case 'lambda':
      return folds(e.array)
    default:
      return false
  }
}

/** A SELECT; `hidden` items stand behind its own. @throws CompileRefusal where Snowflake would refuse it */
export const compileSelect = (
  compilation: Compilation,
  s: Select,
  up: Scope | null,
  common: ReadonlyMap<string, CommonRows>,
  hidden: readonly Item[],
): CompiledQuery & { readonly hidden: number } => {
  const source = s.from === null ? null : compileRelation(compilation, s.from, up, up, common)
  const base: Scope = { columns: source?.columns ?? [], up, windows: [], common }
  const tree = s.connectBy === null ? null : expandHierarchy(compilation, s.connectBy, base)
  const scope: Scope = tree?.scope ?? base
  const condition = (e: Expr | null, place: string): Compiled | null =>
    e === null ? null : convertTo(compilation, compileExpression(compilation, e, scope), boolean, place)
  const where = condition(s.where, 'WHERE')
  const group = s.group.map((e) => compileExpression(compilation, e, scope))
  if (group.length > 0)
    compilation.mark(
      'observes equality',
      group.some(({ classified }) => classified),
    )
  const sitesBefore = compilation.sites.length
  const all = [...s.items, ...hidden]
  const items = all.map(({ e }) => compileExpression(compilation, e, scope))
  const mayFail = compilation.sites.length > sitesBefore
  const having = condition(s.having, 'HAVING')
  const qualify = condition(s.qualify, 'QUALIFY')
  const sets = groupingSets(s, group, scope)
  const isGrouped = group.length > 0 || all.some(({ e }) => folds(e)) || folds(s.having)
  if (s.distinct)
    compilation.mark(
      'observes equality',
      items.some(({ classified }) => classified),
    )
  const columns = items.map(
    ({ type, classified }, index): Column => ({ rel: null, name: all[index]!.as, type, classified }),
  )
  const steering = [where, having, qualify, ...group, ...(s.distinct ? items : [])]

  const rows = (outer: Frame | null, live: boolean): Rows => {
    const read = source === null ? [[]] : source.rows(outer, live)
    let frames: Frame[] = (tree === null ? read : tree.expand(read, outer, live)).map((row) =>
      frameOf(row, outer),
    )
    compilation.step(frames.length)
    if (where !== null) {
      const [kept, dropped]: [Frame[], Frame[]] = [[], []]
      for (const frame of frames) (where.run(frame, live) === true ? kept : dropped).push(frame)
      // Predicates and items may run in any order, so an item may fail for a row that the filter drops.
      if (mayFail && !isGrouped && scope.windows.length === 0)
        for (const frame of dropped) for (const item of items) item.run(frame, false)
      frames = kept
    }
    if (isGrouped) frames = sets.flatMap((keys) => fold(frames, keys, outer, columnsOf(scope), live))
    if (having !== null) {
      const [kept, dropped]: [Frame[], Frame[]] = [[], []]
      for (const frame of frames) (having.run(frame, live) === true ? kept : dropped).push(frame)
      // An item may fail for a group that HAVING drops.
      if (mayFail && scope.windows.length === 0)
        for (const frame of dropped) for (const item of items) item.run(frame, false)
      frames = kept
    }
    scope.windows.forEach((slot, index) => {
      const values = slot.values(frames, live)
      frames.forEach((frame, at) => {
        frame.windows[index] = values[at] ?? null
      })
    })
    if (qualify !== null) frames = frames.filter((frame) => qualify.run(frame, live) === true)
    const made = frames.map((frame) => items.map((item) => item.run(frame, live)))
    return s.distinct ? withoutRepeats(made) : made
  }
  return {
    columns,
    hidden: hidden.length,
    steered: (source?.steered ?? false) || steering.some((part) => part?.classified === true),
    rows,
  }
}

const columnsOf = (scope: Scope): number => scope.columns.length

/** Keys that are grouped by together, and where the columns stand that are grouped by beside them and are NULL. */
interface GroupingSet {
  readonly keys: readonly Compiled[]
  readonly absent: readonly number[]
}

const groupingSets = (
  { group, sets }: Select,
  keys: readonly Compiled[],
  { columns }: Scope,
): readonly GroupingSet[] => {
  if (sets === undefined) return [{ keys, absent: [] }]
  const places = group.map((key) =>
    columns.findIndex(({ rel, name }) => key.k === 'col' && key.rel === rel && key.name === name),
  )
  if (places.includes(-1)) throw new CompileRefusal('a set of no columns')
  const each = {
    rollup: [...keys.keys(), keys.length],
    'grouping sets': [...keys.keys()],
    cube: [...new Array(2 ** keys.length).keys()],
  }[sets]
  return each.map((at) => {
    const isIn = (index: number): boolean =>
      sets === 'rollup' ? index < at : sets === 'cube' ? Math.floor(at / 2 ** index) % 2 === 1 : index === at
    // A column that two sets name is grouped by in both.
    const present = places.filter((_, index) => isIn(index))
    return {
      keys: keys.filter((_, index) => isIn(index)),
      absent: places.filter((place) => !present.includes(place)),
    }
  })
}

const fold = (
  frames: readonly Frame[],
  { keys, absent }: GroupingSet,
  up: Frame | null,
  width: number,
  live: boolean,
): Frame[] => {
  const shownIn = (row: Frame['row']) =>
    absent.length === 0 ? row : row.map((value, index) => (absent.includes(index) ? null : value))
  if (keys.length === 0) {
    const row = frames[0]?.row ?? new Array<Value>(width).fill(null)
    return [{ row: shownIn(row), up, group: frames, windows: [] }]
  }
  const groups = new Map<string, Frame[]>()
  for (const frame of frames) {
    const key = keys.map((part) => keyOf(part.run(frame, live))).join(' ')
    const known = groups.get(key)
    if (known) known.push(frame)
    else groups.set(key, [frame])
  }
  return [...groups.values()].map((members) => ({
    row: shownIn(members[0]!.row),
    up,
    group: members,
    windows: [],
  }))
}

const withoutRepeats = (rows: Rows): Rows => {
  const seen = new Set<string>()
  return rows.filter((row) => {
    const key = row.map(keyOf).join(' ')
    return seen.has(key) ? false : seen.add(key) !== undefined
  })
}
