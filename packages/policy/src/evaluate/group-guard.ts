import type { AnalyzedStatement, ColumnFlow, DecisionReason } from '@snowfence/core'
import type { Classifier } from '../compile/classification.ts'
import type { Guard } from './guards.ts'
import { combineLimits } from './obligations.ts'
import { reason } from './reasons.ts'

// Aggregates that give one number for a group and not the value of one of its rows.
const statistics = new Set(
  `COUNT SUM AVG STDDEV STDDEV_POP STDDEV_SAMP VARIANCE VARIANCE_POP VARIANCE_SAMP VAR_POP VAR_SAMP CORR
  COVAR_POP COVAR_SAMP SKEW KURTOSIS APPROX_COUNT_DISTINCT HLL APPROX_PERCENTILE`.split(/\s+/),
)
// What may stand inside or around a statistic. Nothing that can pick out single rows: no CASE, no comparison, and no
// arithmetic, since `SUM(COST * FLOOR(1 / (1 + ABS(ID - 5))))` is the cost of one row.
const harmless = new Set('ROUND CAST TO_NUMBER TO_DOUBLE COALESCE NVL ZEROIFNULL'.split(' '))
// What a grouping key may be made with. None of them folds rows, and SQL shows outside of aggregates only what is
// grouped by.
const ofKeys = new Set(
  `LEFT RIGHT SUBSTR SUBSTRING UPPER LOWER TRIM CONCAT || DATE_TRUNC TIME_SLICE YEAR QUARTER MONTH WEEK DAY DAYOFWEEK
  DATE_PART EXTRACT MONTHNAME DAYNAME LAST_DAY TO_CHAR TO_VARCHAR TO_DATE CAST COALESCE NVL IFF CASE WIDTH_BUCKET ROUND
  FLOOR CEIL TRUNC DATEDIFF + - * / % = <> < <= > >= AND OR NOT IN BETWEEN LIKE`.split(/\s+/),
)

/** Where a permit gives groups only: no small group, no single row's value, nobody singled out. */
export const groupGuard: Guard = ({ summary, permits, classifier }) => {
  const minimum = combineLimits(permits).minimumGroupSize
  if (minimum === undefined || summary.reads.length === 0) return []
  const reasons: DecisionReason[] = []
  const guaranteed = summary.aggregation?.minimumGroupSize ?? 0
  if (guaranteed < minimum) {
    reasons.push(
      reason('group-too-small', {
        message: `only groups of at least ${minimum} rows may be read, and the statement ${
          summary.aggregation === null ? 'reads single rows' : `guarantees ${guaranteed}`
        }`,
        hint: `group the rows and add HAVING COUNT(*) >= ${minimum}`,
      }),
    )
  }
  // A second source, as a join or a subquery inside of an aggregate, brings in rows that the count does not count.
  if (summary.reads.length > 1 || summary.reads.some(({ occurrences = 1 }) => occurrences > 1)) {
    reasons.push(
      reason('group-too-small', {
        message:
          'only groups may be read, and the size of a group is guaranteed for one table that is read once',
        hint: 'read one table, without joins and subqueries',
      }),
    )
  }
  const grouped = new Set(summary.uses.group)
  summary.outputs.forEach((output, index) => {
    if (output.flows.every((flow) => isStatistic(flow) || isGroupKey(flow, grouped))) return
    reasons.push(
      reason('not-an-aggregate', {
        message: `output ${index + 1}${output.name === null ? '' : ` (${output.name})`} would show values of single rows`,
      }),
    )
  })
  return [...reasons, ...steeredByRows(summary, grouped), ...singledOut(summary, classifier)]
}

const isStatistic = ({ via, functions }: ColumnFlow): boolean =>
  via === 'count' ||
  (via === 'derived' &&
    functions.some((name) => statistics.has(name)) &&
    functions.every((name) => statistics.has(name) || harmless.has(name)))

const isGroupKey = ({ column, functions }: ColumnFlow, grouped: ReadonlySet<string>): boolean =>
  grouped.has(column) && functions.every((name) => ofKeys.has(name))

/** `HAVING MAX(COST) = …` tells the cost of one row by whether its group is shown. */
const steeredByRows = (summary: AnalyzedStatement, grouped: ReadonlySet<string>): DecisionReason[] =>
  [...new Set([...summary.uses.having, ...summary.uses.qualify])]
    .filter((column) => !grouped.has(column))
    .map((column) =>
      reason('not-an-aggregate', {
        message: `${column} would decide which groups are shown, and only groups may be read`,
        hint: `leave ${column} out of HAVING and QUALIFY, or group by it`,
      }),
    )

/** Filtering or grouping by whose data it is makes a group of one person, however many rows there are. */
const singledOut = (summary: AnalyzedStatement, classifier: Classifier): DecisionReason[] => {
  const subjects = new Set(
    summary.reads.flatMap(({ table }) => {
      const subject = classifier.subjectOf(table)
      return typeof subject === 'string' ? `${table}.${subject}` : []
    }),
  )
  const places = ['filter', 'group', 'having', 'qualify', 'window', 'connectBy'] as const
  return places.flatMap((place) =>
    summary.uses[place]
      .filter((column) => subjects.has(column))
      .map((column) =>
        reason('group-too-small', {
          message: `${column} says whose data a row is, and may not single out people where only groups may be read`,
          hint: `join by ${column} or count it, and nothing else`,
        }),
      ),
  )
}
