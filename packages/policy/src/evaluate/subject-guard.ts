import { type Decision, EQUAL_COLUMNS, rowFunctions, type TableName } from '@snowfence/core'
import { splitColumnName } from '../naming/qualified-name.ts'
import { coveredTables, subjectTables } from './covered-tables.ts'
import { equallyJoined } from './equal-columns.ts'
import { refuseRows } from './group-guard.ts'
import type { Guard, GuardInput } from './guards.ts'
import { combineLimits, DEFAULT_MINIMUM_GROUP_SIZE } from './obligations.ts'
import { pinnedTables } from './pinned-tables.ts'
import { reason } from './reasons.ts'
import { subjectColumns } from './subject-columns.ts'

/**
 * Tables whose rows decide the result while nothing in the outputs says whose they are. A table of which no column is
 * shown counts too: its rows may choose what the writer's own constants spell. Not so a table of which the statement names
 * the subjects itself.
 */
export const uncountedTables = (
  { summary, classifier, others }: GuardInput,
  pinned: ReadonlySet<TableName>,
): { table: string; subject: string | undefined }[] => {
  const shown = new Set(subjectColumns(summary, classifier).map(({ column }) => column))
  const tables = subjectTables(summary, classifier)
  const counted = coveredTables(tables, shown, summary, { outer: true }, others)
  return tables
    .filter(({ table }) => !counted.has(table) && !pinned.has(table))
    .map(({ table, subject }) => ({
      table,
      subject: subject === null ? undefined : splitColumnName(subject).column,
    }))
}

/** A limit on distinct data subjects holds only where they can be counted: an obligation that cannot be met denies. */
export const subjectGuard: Guard = (input) => {
  const { subjectsPerDay, subjectsPerTask, minimumGroupSize } = combineLimits(input.permits)
  if (subjectsPerDay === undefined && subjectsPerTask === undefined) return []
  // Statistics over large groups show nobody who would have to be counted.
  if (refuseRows(input, minimumGroupSize ?? DEFAULT_MINIMUM_GROUP_SIZE).length === 0) return []
  const pinned = pinnedTables(input).tables
  return [
    ...uncounted(input, pinned),
    ...repeated(input, pinned),
    ...acrossSubjects(input, pinned),
    ...mixed(input, pinned),
  ]
}

/**
 * The subjects that the statement itself names, where it is permitted for their sake: they count before it is sent. None
 * where the outputs show whose the rows are, which counts fewer.
 */
export const namedSubjects = (input: GuardInput): Pick<Decision, 'pinnedSubjects' | 'mayTellOfOthers'> => {
  const { tableUses, ...summary } = input.summary
  if (tableUses === undefined || subjectGuard({ ...input, summary }).length === 0) return {}
  const { subjects, mayTellOfOthers } = pinnedTables(input)
  if (subjects.length === 0) return {}
  return { pinnedSubjects: subjects, ...(mayTellOfOthers && { mayTellOfOthers }) }
}

/**
 * A window, a pattern, a hierarchy, grouping sets or a limit inside of a statement lets rows that are not shown decide
 * about those that are. Within the rows of one subject they are of nobody else, and of a pinned table there are no others.
 */
const acrossSubjects = ({ summary, classifier, others }: GuardInput, pinned: ReadonlySet<TableName>) => {
  const tables = subjectTables(summary, classifier)
  const strange = summary.acrossRows.some((within) => {
    const covered = coveredTables(tables, new Set(within), summary, { outer: true }, others)
    return tables.some(({ table }) => !covered.has(table) && !pinned.has(table))
  })
  if (!strange) return []
  return [
    reason('subject-not-countable', {
      message:
        'the policy limits data subjects, and a window, grouping sets or a limit inside of the statement looks at rows of other people',
      hint: 'partition windows by the subject column, group without sets, and limit the whole statement, without OFFSET',
    }),
  ]
}

/** Whether every row of the result stands for rows of one subject of the table. */
const isPerSubject = (table: string, { summary, classifier }: GuardInput): boolean => {
  const subject = `${table}.${classifier.subjectOf(table)}`
  return (summary.aggregation?.keys ?? []).some((key) =>
    equallyJoined(key, summary, { outer: true }).includes(subject),
  )
}

const uncounted = (input: GuardInput, pinned: ReadonlySet<TableName>) =>
  uncountedTables(input, pinned).map(({ table, subject }) =>
    subject === undefined
      ? reason('subject-not-countable', {
          message: `the policy limits data subjects, and does not say whose data a row of ${table} is`,
          hint: `ask the owner of the policy to state the \`subject\` of ${table}`,
        })
      : reason('subject-not-countable', {
          message: `the policy limits data subjects, and the outputs do not show ${table}.${subject}`,
          hint:
            input.summary.aggregation === null
              ? `add ${table}.${subject} to the outputs as it is`
              : `group by ${table}.${subject} and add it to the outputs as it is; a whole number in WHERE ${subject} = … counts too`,
        }),
  )

/** A table joined with itself shows two people in one row, and the subject column only one of them. */
const repeated = ({ summary, classifier }: GuardInput, pinned: ReadonlySet<TableName>) =>
  summary.reads
    .filter(
      ({ table, occurrences = 1 }) =>
        occurrences > 1 && classifier.subjectOf(table) !== null && !pinned.has(table),
    )
    .map(({ table }) =>
      reason('subject-not-countable', {
        message: `the policy limits data subjects, and ${table} is used more than once in the statement`,
        hint: `use ${table} once`,
      }),
    )

/** Whether a window holds rows of one subject of the table only. */
const isOverSubject = (window: string, table: string, { summary, classifier }: GuardInput): boolean => {
  const subject = `${table}.${classifier.subjectOf(table)}`
  return window
    .slice('OVER PARTITION BY '.length)
    .split(', ')
    .some((column) => equallyJoined(column, summary, { outer: true }).includes(subject))
}

/** An aggregate or window over everybody beside the subject of one row. Inside of one subject's rows it mixes nobody. */
const mixed = (input: GuardInput, pinned: ReadonlySet<TableName>) =>
  input.summary.outputs.flatMap((output, index) => {
    const strange = output.flows.find(({ column, via, functions }) => {
      const { table } = splitColumnName(column)
      if (via === 'count' || input.classifier.subjectOf(table) === null || pinned.has(table)) return false
      const others = functions.filter((name) => !rowFunctions.has(name) && !rowOperators.has(name))
      if (others.length === 0) return false
      const windows = others.filter((name) => name.startsWith('OVER'))
      return !(
        others.every((name) => windows.includes(name) || folding.has(name)) &&
        ((windows.length > 0 && input.summary.aggregation === null) || isPerSubject(table, input)) &&
        windows.every((name) => isOverSubject(name, table, input))
      )
    })
    if (strange === undefined) return []
    return reason('subject-not-countable', {
      message: `the policy limits data subjects, and output ${index + 1} mixes values of several rows`,
      hint: 'group by the subject column, or read large groups with HAVING COUNT(*)',
    })
  })

/** Operators and forms that keep the identity of a row, beside the functions that do. Nothing else is known to. */
const rowOperators = new Set([
  EQUAL_COLUMNS,
  ...`+ - * / % || = <> < <= > >= AND OR XOR NOT IS IN BETWEEN LIKE ILIKE RLIKE : -> CASE CAST TRY_CAST AGE STAY EXTRACT
  OVERLAY UNION VALUES UNPIVOT USING`.split(/\s+/),
])

/** Aggregates that fold the rows of their own group, and window functions. A window carries a mark of its own. */
const folding = new Set([
  'COUNT DISTINCT',
  ...`ANY_VALUE ARRAYAGG ARRAY_AGG AVG BOOLAND_AGG BOOLOR_AGG COUNT COUNT_IF LISTAGG MAX MAX_BY MEDIAN MIN MIN_BY MODE
  PERCENTILE_CONT PERCENTILE_DISC STDDEV STDDEV_POP STDDEV_SAMP SUM VARIANCE VARIANCE_POP VARIANCE_SAMP CUME_DIST
  DENSE_RANK FIRST_VALUE LAG LAST_VALUE LEAD NTH_VALUE NTILE PERCENT_RANK RANK ROW_NUMBER`.split(/\s+/),
])
