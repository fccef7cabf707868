import type { AnalyzedStatement, SubjectColumn } from '@snowfence/core'
import type { Classifier } from '../compile/classification.ts'

/** Whether a table says what tables there are, which is nobody's data. */
export const isMetadata = (table: string): boolean => table.split('.').at(-2) === 'INFORMATION_SCHEMA'

/** The columns that say whose data a row is, of every table that the statement reads. */
export const subjectsOf = (summary: AnalyzedStatement, classifier: Classifier): readonly string[] =>
  summary.reads.flatMap(({ table }) => {
    const subject = classifier.subjectOf(table)
    return typeof subject === 'string' ? `${table}.${subject}` : []
  })

/** The outputs that show, unchanged, whose data a row is. */
export const subjectColumns = (summary: AnalyzedStatement, classifier: Classifier): SubjectColumn[] => {
  const subjects = new Set(subjectsOf(summary, classifier))
  return summary.outputs.flatMap((output, index) =>
    output.flows
      .filter(
        ({ via, functions, column }) => via === 'value' && functions.length === 0 && subjects.has(column),
      )
      .map((flow) => ({ column: flow.column, output: index })),
  )
}
