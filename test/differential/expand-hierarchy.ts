import type { Column, Compilation, Frame, Scope } from './compilation.ts'
import { compileExpression, frameOf } from './compile-expression.ts'
import type { Rows } from './compile-query.ts'
import type { Select } from './statement-tree.ts'
import { convertTo } from './unify-types.ts'
import { boolean, number, type Value } from './value.ts'

export interface Hierarchy {
  readonly scope: Scope
  expand(rows: Rows, up: Frame | null, live: boolean): Rows
}

const MOST_LEVELS = 14

/** CONNECT BY: the rows with LEVEL, the row above as `PRIOR`, and the path that leads to each. */
export const expandHierarchy = (
  compilation: Compilation,
  { start, by }: NonNullable<Select['connectBy']>,
  base: Scope,
): Hierarchy => {
  const level: Column = { rel: null, name: 'LEVEL', type: number(), classified: false }
  const above = base.columns.map((column): Column => ({ ...column, rel: 'PRIOR' }))
  const chain: Column = { rel: null, name: '~chain', type: { family: 'null' }, classified: false }
  const scope: Scope = { ...base, columns: [...base.columns, level, chain, ...above] }
  const startsAt = convertTo(compilation, compileExpression(compilation, start, base), boolean, 'START WITH')
  const connects = convertTo(compilation, compileExpression(compilation, by, scope), boolean, 'CONNECT BY')
  compilation.mark('FLATTEN join CONNECT BY', startsAt.classified || connects.classified)
  const site = compilation.site('CONNECT BY does not end')
  const none = base.columns.map((): Value => null)
  const withAbove = (
    row: readonly Value[],
    at: number,
    path: Rows,
    prior: readonly Value[],
  ): readonly Value[] => [...row, at, path as unknown as Value, ...prior]
  return {
    scope,
    expand: (rows, up, live) => {
      const all: (readonly Value[])[] = []
      let current = rows
        .filter((row) => startsAt.run(frameOf(row, up), live) === true)
        .map((row) => ({ row, path: [row] as Rows, prior: none as readonly Value[] }))
      for (let at = 1; current.length > 0; at += 1) {
        if (at > MOST_LEVELS) {
          compilation.fail(site, live)
          break
        }
        for (const { row, path, prior } of current) all.push(withAbove(row, at, path, prior))
        const next: typeof current = []
        for (const parent of current)
          for (const row of rows) {
            compilation.step()
            const path = [...parent.path, row]
            const candidate = withAbove(row, at + 1, path, parent.row)
            if (connects.run(frameOf(candidate, up), live) === true)
              next.push({ row, path, prior: parent.row })
          }
        current = next
      }
      return all
    },
  }
}
