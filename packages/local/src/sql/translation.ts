import type { Privilege } from '../access/access-control.ts'
import type { TableColumn, TableEntry } from '../dictionary/dictionary.ts'
import type { ObjectName } from '../dictionary/identifier.ts'

export type SuppliedValue = string | number | boolean | Date | null

/** Rows that the local Snowflake itself supplies, such as INFORMATION_SCHEMA: inlined into DuckDB's text at the end. */
export interface SuppliedRelation {
  readonly columns: readonly Pick<TableColumn, 'name' | 'type'>[]
  readonly rows: readonly (readonly SuppliedValue[])[]
}

/** What a translation asks of the session it is made for. Every answer has passed the checks of the session's role. */
export interface TranslationContext {
  /** A name with one, two or three parts, completed from the session. @throws SnowflakeError 090105 */
  qualify(parts: readonly string[]): ObjectName
  /** The table or view, after checking the role's privilege. @throws SnowflakeError 002003, 003001 */
  resolveTable(name: ObjectName, privilege: Privilege): TableEntry
  /** Rows of an INFORMATION_SCHEMA view or the like, or null when the name means none of them. */
  supply(name: ObjectName): SuppliedRelation | null
  /** Rows of a table function such as `RESULT_SCAN`, or null when it is not known. A named argument is `NAME=>value`. */
  supplyFunction(name: string, args: readonly string[]): SuppliedRelation | null
  /** The value of a context function such as CURRENT_ROLE, `undefined` when the name is none. */
  contextFunction(name: string, args: readonly string[]): string | number | null | undefined
}

/** Stands for a supplied relation until the text for DuckDB is final. No user name is encoded to this. */
export const suppliedTable = (index: number) => `~snow_supplied_${index}`
