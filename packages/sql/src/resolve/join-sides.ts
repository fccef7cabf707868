import { type BaseColumn, type Lineage, passThrough } from './lineage.ts'
import type { Scope } from './scope.ts'

/** Which side of a join keeps rows without a partner: both, one or none. */
export type JoinKind = 'inner' | 'left' | 'right' | 'full'

/** The marks, among the functions of a flow, of a column whose side is kept, of one that may be NULL, and of a full join. */
export const KEPT_SIDE = 'KEPT SIDE'
export const NULL_SIDE = 'NULL SIDE'
export const FULL_JOIN = 'FULL JOIN'

/** What an equality is called whose two sides are stored columns, each by itself. */
export const EQUAL_COLUMNS = '= COLUMN'

/** Marks some of the columns as those that may be missing, and the others as those that stay. */
export const markColumns = (lineage: Lineage, missing: ReadonlySet<BaseColumn>): Lineage =>
  new Map(
    [...lineage].map(([column, flow]) => {
      const [marked] = passThrough(new Map([[column, flow]]), missing.has(column) ? NULL_SIDE : KEPT_SIDE)
      return marked!
    }),
  )

/**
 * Marks the columns of an outer join's condition by their side: the condition does not hold in rows without a partner,
 * where the columns of the other side are NULL.
 *
 * @param before - how many relations stand to the left of the join
 */
export const markSides = (lineage: Lineage, kind: JoinKind, before: number, scope: Scope): Lineage => {
  if (kind === 'inner') return lineage
  const all = new Set(
    scope.relations.flatMap(({ columns }) => columns.flatMap((column) => [...column.lineage.keys()])),
  )
  // With a column from around the query, the condition tells nothing of rows that the join keeps.
  if (kind === 'full' || [...lineage.keys()].some((column) => !all.has(column)) || scope.parent !== null)
    return passThrough(lineage, FULL_JOIN)
  const right = new Set<BaseColumn>(
    scope.relations
      .slice(before)
      .flatMap(({ columns }) => columns.flatMap((column) => [...column.lineage.keys()])),
  )
  const missing = [...lineage.keys()].filter((column) => right.has(column) === (kind === 'left'))
  return markColumns(lineage, new Set(missing))
}
