import type { AnalyzedStatement, ColumnName, TableName } from '@snowfence/core'
import type { Classifier } from '../compile/classification.ts'
import { splitColumnName } from '../naming/qualified-name.ts'
import { equallyJoined } from './equal-columns.ts'
import type { OtherStatements } from './other-statements.ts'
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
 * The tables whose subjects are known where certain subject columns are. A table is covered where its subject equals one
 * of those of the same name, or a column of the same name in a covered table, as DIAGNOSES by ENCOUNTER_ID beside
 * ENCOUNTERS. A column of
 * another name may repeat: then many people of the covered table stand beside one row. Nothing is covered by a table that
 * the asker may change: its rows say what they wrote.
 */
export const coveredTables = (
  tables: readonly SubjectTable[],
  known: ReadonlySet<ColumnName>,
  summary: AnalyzedStatement,
  options: { readonly outer: boolean },
  { mayChange }: Pick<OtherStatements, 'mayChange'>,
): ReadonlySet<TableName> => {
  const covered = new Set(
    tables.flatMap(({ table, subject }) =>
      subject !== null && isKnown(subject, known, summary, options) ? table : [],
    ),
  )
  for (const from of covered) {
    if (mayChange(from)) continue
    for (const { table, subject } of tables) {
      if (subject === null || covered.has(table)) continue
      const key = `${from}.${splitColumnName(subject).column}`
      if (equallyJoined(key, summary, options).includes(subject)) covered.add(table)
    }
  }
  return covered
}

/** Whether a subject column is known, or equal to a known one of its own name: another name is of another numbering. */
const isKnown = (
  subject: ColumnName,
  known: ReadonlySet<ColumnName>,
  summary: AnalyzedStatement,
  options: { readonly outer: boolean },
): boolean =>
  [...known].some(
    (column) =>
      splitColumnName(column).column === splitColumnName(subject).column &&
      equallyJoined(column, summary, options).includes(subject),
  )
