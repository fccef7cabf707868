import {
  type AnalyzedStatement,
  type ColumnName,
  type DecisionReason,
  EQUAL_COLUMNS,
  type UsePlace,
} from '@snowfence/core'
import { reason } from './reasons.ts'

/** Statistics of the values of a group, which leave out rows without one. */
const ofValues = new Set(
  `SUM AVG STDDEV STDDEV_POP STDDEV_SAMP VARIANCE VARIANCE_POP VARIANCE_SAMP VAR_POP VAR_SAMP SKEW KURTOSIS`.split(
    /\s+/,
  ),
)
/** Functions of a condition or a key that are NULL where their operand is, so that a row without a value does not pass. */
const strict = new Set(
  `${EQUAL_COLUMNS} = <> < <= > >= AND OR NOT IN BETWEEN LIKE ILIKE + - * / % CAST TRY_CAST TO_DATE DATE YEAR QUARTER MONTH WEEK
  DAY DAYOFWEEK HOUR DATE_TRUNC DATE_PART EXTRACT LAST_DAY DATEDIFF AGE STAY DATEADD ROUND FLOOR CEIL TRUNC ABS LEFT SUBSTR
  UPPER LOWER TRIM :`.split(/\s+/),
)
const choosingRows: readonly UsePlace[] = ['filter', 'join', 'group', 'qualify', 'connectBy']
const choosingGroups: readonly UsePlace[] = ['having', 'qualify', 'order', 'window']

/**
 * A group of many rows of which one has a value shows that value as its average. So where a statement lets rows in by whether
 * they have one, HAVING must count the values and not the rows.
 */
export const ofFewValues = (summary: AnalyzedStatement, minimum: number): readonly DecisionReason[] => {
  const { counted = [], byPresence = [] } = summary.aggregation ?? {}
  const asked = new Set([
    ...byPresence,
    ...summary.observations
      .filter(
        ({ place, functions }) =>
          place !== null && choosingRows.includes(place) && !functions.every((name) => strict.has(name)),
      )
      .map(({ column }) => column),
  ])
  if (asked.size === 0) return []
  const taken = [
    ...summary.outputs.map(({ flows }) => flows),
    ...choosingGroups.map((place) =>
      summary.observations.filter((observation) => observation.place === place),
    ),
  ].map((flows) => [
    ...new Set(
      flows
        .filter(({ column, functions }) => asked.has(column) && functions.some((name) => ofValues.has(name)))
        .map(({ column }) => column),
    ),
  ])
  const isCounted = (column: ColumnName): boolean =>
    counted.some((bound) => bound.column === column && bound.least >= minimum)
  // Two columns may each have as many values and share one row.
  const few = taken.flatMap((columns) => (columns.length === 1 && columns.every(isCounted) ? [] : columns))
  return [...new Set(few)].map((column) =>
    reason('group-too-small', {
      message: `rows are let in by whether they have a value of ${column}, and a group of many rows may hold few values of it`,
      hint: `leave rows without one out by WHERE … IS NOT NULL alone, or add HAVING COUNT(…) >= ${minimum} of the column`,
    }),
  )
}
