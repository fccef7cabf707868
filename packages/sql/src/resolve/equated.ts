import { EQUAL_COLUMNS } from '@snowfence/core'
import { compared } from './compute.ts'
import type { BaseColumn } from './flow.ts'
import { markColumns } from './join-sides.ts'
import type { Lineage } from './lineage.ts'
import type { Scope } from './scope.ts'
import { storedColumn, type Value } from './value.ts'

/**
 * Whether a column is one of a relation of this SELECT, and not of a query around it. Inside of a query that sees another
 * one, only a table's own columns are: a derived table may be made of columns from around it.
 */
export const isLocal = (column: BaseColumn, { parent, relations }: Scope): boolean =>
  relations.some(({ table, columns }) =>
    typeof table === 'string'
      ? table === column.table
      : parent === null && columns.some(({ lineage }) => lineage.has(column)),
  )

/**
 * The lineage of `a = b`. Where both are stored columns the equality has a name of its own, because it tells which rows
 * are about the same thing. In a subquery that looks at a row around it, it tells so of the subquery's rows only; between
 * two columns from around it holds nowhere else.
 */
export const equated = (operands: readonly Value[], scope: Scope): Lineage => {
  const [left, right] = operands.map(storedColumn)
  if (!left || !right || operands.length > 2) return compared(operands, '=')
  const local = [left, right].filter((column) => isLocal(column, scope))
  if (local.length === 0) return compared(operands, '=')
  const lineage = compared(operands, EQUAL_COLUMNS)
  return local.length === 2 ? lineage : markColumns(lineage, new Set(local))
}

/** The lineage of `a IN (SELECT b …)`, which tells so of the rows of the subquery. */
export const equatedToQuery = (operands: readonly Value[], scope: Scope): Lineage => {
  const [left, right] = operands.map(storedColumn)
  if (!left || !right || scope.parent !== null || !isLocal(left, scope)) return compared(operands, 'IN')
  return markColumns(compared(operands, EQUAL_COLUMNS), new Set([right]))
}
