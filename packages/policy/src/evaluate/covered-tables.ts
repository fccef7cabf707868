import type { AnalyzedStatement, ColumnName, TableName } from '@snowfence/core'
import type { Classifier } from '../compile/classification.ts'
import { splitColumnName } from '../naming/qualified-name.ts'
import { equallyJoined } from './equal-columns.ts'
import { isMetadata } from './subject-columns.ts'

export interface SubjectTable {
  readonly table: TableName
  /** The column that says whose data a row is; null where the policy does not state one. */
  readonly subject: ColumnName | null
}

/** The tables that a statement reads and that are about somebody. */
export const subjectTables = (summary: AnalyzedStatement, classifier: Classifier): readonly SubjectTable[] =>
  summary.reads.flatMap(({ table }) => {
    const subject = classifier.subjectOf(table)
    if (subject === null || isMetadata(table)) return []
    return { table, subject: subject === undefined ? null : `${table}.${subject}` }
  })

/**
 * The tables whose subjects are known where certain columns are. A table whose subject equals a column of a covered table
 * is covered too: each of its rows is of somebody of whom the other table has a row.
 */
export const coveredTables = (
  tables: readonly SubjectTable[],
  known: ReadonlySet<ColumnName>,
  summary: AnalyzedStatement,
  options: { readonly outer: boolean },
): ReadonlySet<TableName> => {
  const covered = new Set<TableName>()
  for (let before = -1; covered.size > before; ) {
    before = covered.size
    for (const { table, subject } of tables) {
      if (subject === null || covered.has(table)) continue
      const isCovered = equallyJoined(subject, summary, options).some(
        (column) => known.has(column) || (column !== subject && covered.has(splitColumnName(column).table)),
      )
      if (isCovered) covered.add(table)
    }
  }
  return covered
}
