import type { SubjectColumn } from '@snowfence/core'
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

/** A limit on distinct data subjects holds only where they can be counted: an obligation that cannot be met denies. */
export const subjectGuard: Guard = (input) => {
  const { subjectsPerDay, subjectsPerTask, minimumGroupSize } = combineLimits(input.permits)
  if (subjectsPerDay === undefined && subjectsPerTask === undefined) return []
  const { aggregation } = input.summary
  const enough = minimumGroupSize ?? DEFAULT_MINIMUM_GROUP_SIZE
  if (aggregation !== null && aggregation.minimumGroupSize >= enough && input.summary.outputs.length > 0) {
    return groupedBySubject(input) ? uncounted(input) : []
  }
  return uncounted(input)
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
