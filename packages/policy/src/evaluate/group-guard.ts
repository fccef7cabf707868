import {
  type AnalyzedStatement,
  type ColumnFlow,
  type DecisionReason,
  EQUAL_COLUMNS,
  type Observation,
  type UsePlace,
} from '@snowfence/core'
import { coveredTables, subjectTables } from './covered-tables.ts'
import { equallyJoined, isJoined } from './equal-columns.ts'
import { ofFewValues } from './few-values.ts'
import type { Guard, GuardInput } from './guards.ts'
import { combineLimits } from './obligations.ts'
import { reason } from './reasons.ts'
import { isMetadata, subjectsOf } from './subject-columns.ts'

// Aggregates that give one number for a group and not the value of one of its rows. No percentile does: whoever chooses as
// many rows below a row as above it reads that row's value in the median.
const statistics = new Set([
  'COUNT DISTINCT',
  ...`COUNT SUM AVG STDDEV STDDEV_POP STDDEV_SAMP VARIANCE VARIANCE_POP VARIANCE_SAMP VAR_POP VAR_SAMP SKEW KURTOSIS APPROX_COUNT_DISTINCT HLL`.split(
    /\s+/,
  ),
])
// What may stand inside of a statistic. Nothing that can pick out single rows: no CASE, no comparison, and no arithmetic,
// since `SUM(COST * FLOOR(1 / (1 + ABS(ID - 5))))` is the cost of one row.
const harmless = new Set('ROUND CAST TO_NUMBER TO_DOUBLE COALESCE NVL ZEROIFNULL AGE STAY'.split(' '))
const mixing = new Set(['COALESCE', 'NVL'])
// What may be asked of a statistic to choose or order groups.
const comparing = new Set([EQUAL_COLUMNS, ...'= <> < <= > >= AND OR NOT BETWEEN IN'.split(' ')])
// What a grouping key may be made with. None of them folds rows, and SQL shows outside of aggregates only what is
// grouped by.
const ofKeys = new Set(
  `LEFT RIGHT SUBSTR SUBSTRING UPPER LOWER TRIM CONCAT || DATE_TRUNC TIME_SLICE YEAR QUARTER MONTH WEEK DAY DAYOFWEEK
  DATE_PART EXTRACT MONTHNAME DAYNAME LAST_DAY TO_CHAR TO_VARCHAR TO_DATE CAST COALESCE NVL IFF CASE WIDTH_BUCKET ROUND
  FLOOR CEIL TRUNC DATEDIFF AGE STAY + - * / % = <> < <= > >= AND OR NOT IN BETWEEN LIKE`.split(/\s+/),
)

/** Where a permit gives groups only: no small group, no single row's value, nobody singled out. */
export const groupGuard: Guard = (input) => {
  const minimum = combineLimits(input.permits).minimumGroupSize
  if (minimum === undefined || dataReads(input.summary).length === 0) return []
  return refuseRows(input, minimum)
}

/** What of a statement is more than statistics over groups of at least so many. */
export const refuseRows = (input: GuardInput, minimum: number): readonly DecisionReason[] => {
  const { summary } = input
  const grouped = new Set(summary.uses.group)
  return [
    ...tooSmall(input, minimum),
    ...ofOwnRows(input),
    ...ofFewValues(summary, minimum),
    ...showsRows(summary, grouped),
    ...steeredByRows(summary, grouped),
    ...failsByRow(input),
    ...failsAlone(summary),
    ...singledOut(input),
  ]
}

/** What tables there are is nobody's data. */
const dataReads = ({ reads }: AnalyzedStatement): AnalyzedStatement['reads'] =>
  reads.filter(({ table }) => !isMetadata(table))

const tooSmall = (input: GuardInput, minimum: number): readonly DecisionReason[] => {
  const { summary } = input
  const guaranteed = summary.aggregation?.minimumGroupSize ?? 0
  const reasons: DecisionReason[] = []
  const reads = dataReads(summary)
  const isRepeated = reads.some(({ occurrences = 1 }) => occurrences > 1)
  // Another source brings in rows that COUNT(*) counts as if they were different ones.
  const isMultiplied = isRepeated || (reads.length > 1 && !countsSubjects(input, minimum))
  if (guaranteed < minimum && !(isMultiplied && summary.aggregation !== null)) {
    reasons.push(
      reason('group-too-small', {
        message: `only groups of at least ${minimum} rows may be read, and the statement ${
          summary.aggregation === null ? 'reads single rows' : `guarantees ${guaranteed}`
        }`,
        hint:
          summary.aggregation === null
            ? `read COUNT, SUM or AVG of groups, with HAVING COUNT(*) >= ${minimum}`
            : `${guaranteed > 1 ? 'raise the size in HAVING' : 'let HAVING demand the size of each group'}: HAVING COUNT(*) >= ${minimum}, over one table without a subquery`,
      }),
    )
  }
  if (isMultiplied) {
    reasons.push(
      reason('group-too-small', {
        message:
          'only groups may be read, and in a join COUNT(*) counts rows that are repeated: it guarantees no size',
        hint: `read one table, or join each once by equal keys and add HAVING COUNT(DISTINCT …) >= ${minimum} over the column that says whose data a row is`,
      }),
    )
  }
  return reasons
}

/**
 * Rows that the asker may write fill a group up, or repeat the rows of one person as often as they like: neither a number of
 * rows nor one of different subjects says how many people a statistic is of.
 */
const ofOwnRows = ({ summary, others }: GuardInput): readonly DecisionReason[] =>
  dataReads(summary)
    .filter(({ table }) => others.mayChange(table))
    .map(({ table }) =>
      reason('group-too-small', {
        message: `only groups may be read, and rows of ${table} may be those that this principal wrote: they make no group large`,
        hint: `leave ${table} out, or ask the owner of the policy for a principal that reads it and does not change it`,
      }),
    )

/**
 * Whether HAVING guarantees enough different subjects of every table that is about somebody. A table whose subject equals
 * a column of another such table has as many: each of its rows is of somebody of whom the other table has a row.
 */
const countsSubjects = ({ summary, classifier, others }: GuardInput, minimum: number): boolean => {
  const counted = new Set(
    (summary.aggregation?.distinct ?? []).flatMap(({ column, least }) =>
      least >= minimum ? equallyJoined(column, summary, { outer: false }) : [],
    ),
  )
  const tables = subjectTables(summary, classifier)
  if (!dataReads(summary).every(({ table }) => isJoined(table, summary))) return false
  return (
    tables.length > 0 &&
    coveredTables(tables, counted, summary, { outer: false }, others).size === tables.length
  )
}

const showsRows = (summary: AnalyzedStatement, grouped: ReadonlySet<string>): readonly DecisionReason[] =>
  summary.outputs.flatMap((output, index) =>
    output.flows.every((flow) => isStatistic(flow) || isGroupKey(flow, grouped))
      ? []
      : reason('not-an-aggregate', {
          message: `output ${index + 1}${output.name === null ? '' : ` (${output.name})`} would show values of single rows`,
          hint: hintForRows(output.flows),
        }),
  )

/** How to ask for a statistic, by what the output is instead. */
const hintForRows = (flows: readonly ColumnFlow[]): string => {
  const functions = new Set(flows.flatMap(({ functions: crossed }) => crossed))
  if (percentiles.some((name) => functions.has(name)))
    return 'a percentile is the value of one row: use AVG, SUM or COUNT'
  return [...functions].some((name) => statistics.has(name))
    ? 'give COUNT, SUM and AVG a column by itself, and compute from their results: SUM(x) / COUNT(*), and not SUM(x / 2)'
    : 'use COUNT, SUM or AVG, or group by the column'
}
const percentiles = ['MEDIAN', 'PERCENTILE_CONT', 'PERCENTILE_DISC', 'APPROX_PERCENTILE']

const isStatistic = (
  {
    via,
    functions,
    folded = functions,
    many,
    against = [],
  }: Pick<ColumnFlow, 'via' | 'functions' | 'folded' | 'many' | 'against'>,
  also = noFunctions,
): boolean =>
  via === 'count' ||
  via === 'distinct' ||
  (via === 'derived' &&
    // Mixed with values of other rows, COALESCE chooses which rows the statistic is of.
    (folded.every((name) => !mixing.has(name)) || (many !== true && against.length === 0)) &&
    folded.some((name) => statistics.has(name)) &&
    folded.every((name) => statistics.has(name) || harmless.has(name) || also.has(name)))
const noFunctions: ReadonlySet<string> = new Set()

const isGroupKey = ({ column, functions }: ColumnFlow, grouped: ReadonlySet<string>): boolean =>
  grouped.has(column) && functions.every((name) => ofKeys.has(name))

const choosing: readonly UsePlace[] = ['having', 'qualify', 'order', 'window']

/** `HAVING MAX(COST) = …` tells the cost of one row by whether its group is shown, and so does an ordering by it. */
const steeredByRows = (
  summary: AnalyzedStatement,
  grouped: ReadonlySet<string>,
): readonly DecisionReason[] => {
  const steering = choosing.flatMap((place) =>
    summary.uses[place].filter((column) => !steersByGroups(place, column, grouped, summary)),
  )
  return [...new Set(steering)].map((column) =>
    reason('not-an-aggregate', {
      message: `${column} would decide which groups are shown, or in which order, and only groups may be read`,
      hint: `use COUNT, SUM or AVG of ${column} there, or group by it`,
    }),
  )
}

/** Whether a clause looks at statistics of the column only, or at keys that are made of it. */
const steersByGroups = (
  place: UsePlace,
  column: string,
  grouped: ReadonlySet<string>,
  { observations }: AnalyzedStatement,
): boolean => {
  const own = observations.filter(
    (observation) => observation.column === column && observation.place === place,
  )
  return (
    own.length > 0 &&
    own.every(
      (observation) =>
        isStatistic({ ...observation, via: 'derived' }, comparing) ||
        (grouped.has(column) && observation.functions.every((name) => ofKeys.has(name))),
    )
  )
}

/** Whether a computation fails for some row tells of that row, wherever it stands and whatever the groups are. */
const failsByRow = (input: GuardInput): readonly DecisionReason[] => {
  const failing = input.summary.observations.filter(
    (observation) =>
      (observation.kind === 'fail' || observation.by !== undefined) &&
      !isOfGroups(observation) &&
      !dividesByPeople(observation, input),
  )
  return [...new Set(failing.map(({ column }) => column))].map((column) =>
    reason('not-an-aggregate', {
      message: `a computation over ${column} fails for some values, which tells of single rows, and only groups may be read`,
      hint: `leave the computation over ${column} out, or make it one that never fails, as TRY_CAST or DIV0`,
    }),
  )
}

/** A computation that fails for every row tells whether there is one, and one over a number of rows what that is. */
const failsAlone = (summary: AnalyzedStatement): readonly DecisionReason[] =>
  summary.failsAlone
    ? [
        reason('not-an-aggregate', {
          message:
            'something that is made of constants or of a number of rows may fail, which tells of groups of any size, and only large groups may be read',
          hint: 'divide by NULLIF(…, 0), group by a column where COUNT(*) divides, and leave out binds and formats',
        }),
      ]
    : []

/** A statistic fails by what its group holds. */
const isOfGroups = ({ by = '', ...observation }: Observation): boolean =>
  statistics.has(by) && isStatistic({ ...observation, via: 'derived' })

/**
 * A division by a number of people fails where a group has none: a group by keys has the one of its first row, and all
 * rows of a table have one unless it is empty, which is public.
 */
const dividesByPeople = (
  { by, dividesBy = [] }: Observation,
  { summary, classifier }: GuardInput,
): boolean => {
  const { keys = [], ofWholeTable } = summary.aggregation ?? {}
  if (by !== '/' || dividesBy.length === 0 || (keys.length === 0 && ofWholeTable !== true)) return false
  const subjects = subjectsOf(summary, classifier)
  return dividesBy.every((column) => subjects.includes(column))
}

const places = ['filter', 'group', 'having', 'qualify', 'window', 'connectBy'] as const

/** Filtering or grouping by whose data it is makes a group of one person, however many rows there are. */
const singledOut = ({ summary, classifier }: GuardInput): readonly DecisionReason[] => {
  const subjects = new Set(subjectsOf(summary, classifier))
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
