import type { Catalog, StatementSummary, TableName } from '@snowfence/core'
import type { StoredTableName } from './catalogue/table-statements.ts'

/** Names of tables that do not exist, each with existing ones of the same name or schema. */
export type AbsentTables = ReadonlyMap<TableName, readonly StoredTableName[]>

/** What an analysis needs beside the text. */
export interface AnalyzeOptions {
  /**
   * What exists in the warehouse. Results are cached by the identity of this object: give a new object when the
   * warehouse has changed, and never change one that was given.
   */
  readonly catalog: Catalog
  /**
   * Given where the catalogue holds those tables alone that were looked up: the names that the warehouse did not know, each
   * with names that may be meant instead. Every other name has to be looked up before it means nothing. Without it the
   * catalogue is whole. Give a new catalogue with every change of it.
   */
  readonly absent?: AbsentTables
  /** The session's current database and schema, as Snowflake stores the names. */
  readonly database?: string | null
  readonly schema?: string | null
}

/** What a statement touches, and the text that may be sent. */
export interface Analysis {
  readonly summary: StatementSummary
  /** The statement without its comments: exactly the text that was analysed, and the only text to send. */
  readonly executableText: string
  /**
   * Of a statement that is refused for it: the table that the catalogue does not have, and after it the other tables of
   * the text that are not there either. They may exist in the warehouse.
   */
  readonly missing?: readonly StoredTableName[]
}

export interface SqlAnalyzer {
  /** Analyses one statement. Total: every text gives a summary, which is `unsupported` where it was not understood. */
  analyze(text: string, options: AnalyzeOptions): Analysis
}
