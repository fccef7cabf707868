import {
  type Column,
  type Compilation,
  CompileRefusal,
  type Frame,
  type Scope,
  type World,
} from './compilation.ts'
import { compileExpression, frameOf } from './compile-expression.ts'
import { noCommonTables } from './compile-query.ts'
import { compileRelation } from './compile-relation.ts'
import type { Assignment, Change } from './statement-tree.ts'
import { convertTo } from './unify-types.ts'
import { boolean, type Value } from './value.ts'

/** What a statement that writes does to a world, and how many rows its answer says that it wrote. */
export interface Written {
  readonly world: World
  readonly rows: readonly number[]
}
export type CompiledWrite = (world: World) => Written

type Row = readonly Value[]

/** UPDATE, DELETE or MERGE. @throws CompileRefusal where Snowflake would refuse it */
export const compileChange = (compilation: Compilation, change: Change): CompiledWrite => {
  const table = compilation.tables.get(change.table)
  if (table === undefined) throw new CompileRefusal(`no table ${change.table}`)
  const own = table.columns.map((column): Column => ({ ...column, rel: change.as }))
  const other =
    change.from === null ? null : compileRelation(compilation, change.from, null, null, noCommonTables)
  const scopeOf = (columns: readonly Column[]): Scope => ({
    columns,
    up: null,
    windows: [],
    common: noCommonTables,
  })
  const scope = scopeOf([...own, ...(other?.columns ?? [])])
  const where =
    change.where === null
      ? null
      : convertTo(compilation, compileExpression(compilation, change.where, scope), boolean, 'WHERE')
  const assign = (assignments: readonly Assignment[], within: Scope) =>
    assignments.map(({ name, e }) => {
      const at = table.columns.findIndex((known) => known.name === name)
      if (at === -1) throw new CompileRefusal(`no column ${name}`)
      const value = compileExpression(compilation, e, within)
      return { at, value: convertTo(compilation, value, table.columns[at]!.type, 'written column') }
    })
  const sets = assign(change.sets, scope)
  const inserted = assign(change.inserted, scopeOf(other?.columns ?? []))
  const twice = compilation.site('MERGE: a row that two rows match')
  const written = (row: Row, values: typeof sets, frame: Frame): Row => {
    const given = new Map(values.map(({ at, value }) => [at, value.run(frame, true)]))
    return row.map((value, at) => (given.has(at) ? (given.get(at) ?? null) : value))
  }
  return (world) => {
    const others: readonly Row[] = other === null ? [[]] : other.rows(null, true)
    const matched = new Set<Row>()
    let [changed, several] = [0, 0]
    const rows = (world.get(change.table) ?? []).flatMap((row): readonly Row[] => {
      const frames = others.flatMap((beside) => {
        compilation.step()
        const frame = frameOf([...row, ...beside], null)
        if (where !== null && where.run(frame, true) !== true) return []
        matched.add(beside)
        return [frame]
      })
      const [first] = frames
      if (first === undefined) return [row]
      changed += 1
      if (frames.length > 1) several += 1
      if (frames.length > 1 && change.k === 'merge') compilation.fail(twice, true)
      return change.k === 'delete' ? [] : [written(row, sets, first)]
    })
    const empty: Row = table.columns.map(() => null)
    const added =
      change.k === 'merge'
        ? others
            .filter((beside) => !matched.has(beside))
            .map((beside) => written(empty, inserted, frameOf(beside, null)))
        : []
    return {
      world: new Map(world).set(change.table, [...rows, ...added]),
      rows: change.k === 'delete' ? [changed] : [changed, change.k === 'merge' ? added.length : several],
    }
  }
}
