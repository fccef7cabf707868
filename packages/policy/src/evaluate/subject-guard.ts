import type { SubjectColumn } from '@snowfence/core'
import { splitColumnName } from '../naming/qualified-name.ts'
import type { Guard, GuardInput } from './guards.ts'
import { combineLimits, DEFAULT_MINIMUM_GROUP_SIZE } from './obligations.ts'
import { reason } from './reasons.ts'

/** The outputs that show, unchanged, whose data a row is. */
export const subjectColumns = ({
  summary,
  classifier,
}: Pick<GuardInput, 'summary' | 'classifier'>): SubjectColumn[] => {
  const subjects = new Set(
    summary.reads.flatMap(({ table }) => {
      const subject = classifier.subjectOf(table)
      return typeof subject === 'string' ? `${table}.${subject}` : []
    }),
  )
  return summary.outputs.flatMap((output, index) =>
    output.flows
      .filter((flow) => flow.via === 'value' && flow.functions.length === 0 && subjects.has(flow.column))
      .map((flow) => ({ column: flow.column, output: index })),
  )
}

/** Tables of which rows reach the outputs while nothing there says whose they are. */
export const uncountedTables = (input: GuardInput): { table: string; subject: string | undefined }[] => {
  const { summary, classifier, outputs } = input
  const counted = new Set(subjectColumns(input).map(({ column }) => column))
  const contributing = new Set(outputs.flatMap(({ flows }) => flows.map(({ seen }) => seen.table)))
  return summary.reads.flatMap(({ table }) => {
    const subject = classifier.subjectOf(table)
    if (subject === null || !contributing.has(table)) return []
    if (subject === undefined) return { table, subject }
    return counted.has(`${table}.${subject}`) ? [] : { table, subject }
  })
}

// Functions that bring values of other rows into a row: whose they are, the row does not say.
const acrossRows = new Set(
  `ANY_VALUE APPROX_TOP_K ARRAYAGG ARRAY_AGG ARRAY_UNION_AGG ARRAY_UNIQUE_AGG AVG CORR COUNT_IF COVAR_POP COVAR_SAMP
  FIRST FIRST_VALUE HASH_AGG KURTOSIS LAG LAST LAST_VALUE LEAD LISTAGG MAX MAX_BY MEDIAN MIN MIN_BY MODE NEXT NTH_VALUE
  OBJECTAGG OBJECT_AGG PERCENTILE_CONT PERCENTILE_DISC PREV RATIO_TO_REPORT SKEW STDDEV STDDEV_POP STDDEV_SAMP
  STRING_AGG SUM VARIANCE VARIANCE_POP VARIANCE_SAMP VAR_POP VAR_SAMP`.split(/\s+/),
)

/** A limit on distinct data subjects holds only where they can be counted: an obligation that cannot be met denies. */
export const subjectGuard: Guard = (input) => {
  const { subjectsPerDay, subjectsPerTask, minimumGroupSize } = combineLimits(input.permits)
  if (subjectsPerDay === undefined && subjectsPerTask === undefined) return []
  const { aggregation } = input.summary
  const enough = minimumGroupSize ?? DEFAULT_MINIMUM_GROUP_SIZE
  const perSubject = groupedBySubject(input)
  if (aggregation !== null && aggregation.minimumGroupSize >= enough && !perSubject) return []
  return [...uncounted(input), ...repeated(input), ...(perSubject ? [] : mixed(input))]
}

const groupedBySubject = ({ summary, classifier }: GuardInput): boolean =>
  summary.uses.group.some((column) =>
    summary.reads.some(({ table }) => `${table}.${classifier.subjectOf(table)}` === column),
  )

const uncounted = (input: GuardInput) =>
  uncountedTables(input).map(({ table, subject }) =>
    subject === undefined
      ? reason('subject-not-countable', {
          message: `the policy limits data subjects, and does not say whose data a row of ${table} is`,
          hint: `ask the owner of the policy to state the \`subject\` of ${table}`,
        })
      : reason('subject-not-countable', {
          message: `the policy limits data subjects, and the outputs do not show ${table}.${subject}`,
          hint: `add ${table}.${subject} to the outputs as it is`,
        }),
  )

/** A table joined with itself shows two people in one row, and the subject column only one of them. */
const repeated = ({ summary, classifier }: GuardInput) =>
  summary.reads
    .filter(({ table, occurrences = 1 }) => occurrences > 1 && classifier.subjectOf(table) !== null)
    .map(({ table }) =>
      reason('subject-not-countable', {
        message: `the policy limits data subjects, and ${table} is used more than once in the statement`,
        hint: `use ${table} once`,
      }),
    )

/** An aggregate or window over everybody beside the subject of one row. */
const mixed = ({ summary, classifier }: GuardInput) =>
  summary.outputs.flatMap((output, index) => {
    const strange = output.flows.find(
      ({ column, via, functions }) =>
        via !== 'count' &&
        functions.some((name) => acrossRows.has(name)) &&
        classifier.subjectOf(splitColumnName(column).table) !== null,
    )
    if (strange === undefined) return []
    return reason('subject-not-countable', {
      message: `the policy limits data subjects, and output ${index + 1} mixes values of several rows`,
      hint: 'group by the subject column, or read large groups with HAVING COUNT(*)',
    })
  })
