import type { Catalog, StatementSummary } from '@snowfence/core'
import type { StoredTableName } from './catalogue/catalog-statements.ts'

/** What an analysis needs beside the text. */
export interface AnalyzeOptions {
  /**
   * What exists in the warehouse. Results are cached by the identity of this object: give a new object when the
   * warehouse has changed, and never change one that was given.
   */
  readonly catalog: Catalog
  /** The session's current database and schema, as Snowflake stores the names. */
  readonly database?: string | null
  readonly schema?: string | null
}

/** What a statement touches, and the text that may be sent. */
export interface Analysis {
  readonly summary: StatementSummary
  /** The statement without its comments: exactly the text that was analysed, and the only text to send. */
  readonly executableText: string
  /** Of a statement that is refused for it: the table that the catalogue does not have. It may exist in the warehouse. */
  readonly missing?: StoredTableName
}

export interface SqlAnalyzer {
  /** Analyses one statement. Total: every text gives a summary, which is `unsupported` where it was not understood. */
  analyze(text: string, options: AnalyzeOptions): Analysis
}
