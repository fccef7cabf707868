import type { Guard } from './guards.ts'
import { reason } from './reasons.ts'

/**
 * A plan says how much of a table is read, which depends on the stored values of every column that its statement touches,
 * selected or not. No mask covers that.
 */
export const planGuard: Guard = ({ summary, lens }) => {
  if (summary.kind !== 'explain') return []
  const touched = summary.reads.flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`))
  return touched
    .filter((column) => lens(column).masks.length > 0)
    .map((column) =>
      reason('computed-not-allowed', {
        message: `the plan would tell of the stored values of ${column}, which is masked`,
        hint: `run the statement itself: ${column} comes back masked`,
      }),
    )
}
