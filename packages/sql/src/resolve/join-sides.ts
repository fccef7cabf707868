import { FULL_JOIN, KEPT_SIDE, NULL_SIDE } from '@snowfence/core'
import type { BaseColumn } from './flow.ts'
import { type Lineage, passThrough } from './lineage.ts'
import type { Relation, Scope } from './scope.ts'

/** Which side of a join keeps rows without a partner: both, one or none. */
export type JoinKind = 'inner' | 'left' | 'right' | 'full'

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
  const all = columnsOf(scope.relations)
  // With a column from around the query, the condition tells nothing of rows that the join keeps.
  if (kind === 'full' || [...lineage.keys()].some((column) => !all.has(column)) || scope.parent !== null)
    return passThrough(lineage, FULL_JOIN)
  const right = columnsOf(scope.relations.slice(before))
  const missing = [...lineage.keys()].filter((column) => right.has(column) === (kind === 'left'))
  return markColumns(lineage, new Set(missing))
}

const columnsOf = (relations: readonly Relation[]): ReadonlySet<BaseColumn> =>
  new Set(relations.flatMap(({ columns }) => columns.flatMap((column) => [...column.lineage.keys()])))
