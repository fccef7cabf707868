import type { Guard } from './guards.ts'
import { reason } from './reasons.ts'

/** Where the policy denies columns that nobody classified, touching one anywhere is refused, counting it too. */
export const unclassifiedGuard: Guard = ({ summary, lens }) => {
  const touched = summary.reads.flatMap(({ table, columns }) => columns.map((column) => `${table}.${column}`))
  const written = summary.writes.flatMap(({ table, columns }) =>
    columns.map(({ name }) => `${table}.${name}`),
  )
  return [...new Set([...touched, ...written])]
    .sort()
    .filter((column) => lens(column).unclassified === 'deny')
    .map((column) =>
      reason('unclassified-column', {
        message: `${column} is not classified, and the policy denies columns that are not`,
      }),
    )
}
