import { fixed, text } from '../dictionary/snow-type.ts'
import type { ResultColumn } from '../result/result-column.ts'
import type { EncodedRow } from '../result/result-set.ts'
import type { Transfer } from './run-transfer.ts'

/** Snowflake's numbers for kinds of statements. A driver counts updated rows only for the DML ones. */
export const statementTypes = {
  select: 0x1000,
  insert: 0x3100,
  update: 0x3200,
  delete: 0x3300,
  merge: 0x3400,
  session: 0x4000,
  transaction: 0x5000,
  ddl: 0x6000,
  load: 0x3600,
  unload: 0x3700,
  multi: 0xa000,
} as const
export type StatementType = keyof typeof statementTypes

export interface StatementResult {
  readonly type: StatementType
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly EncodedRow[]
  /** Rows that came back, or that a DML statement touched. */
  readonly rowCount: number
  /** About how much memory the rows of a query take. */
  readonly bytes?: number
  /** The results of the parts of a multi-statement request. */
  readonly resultIds?: readonly string[]
  /** Files for the driver to carry, in the place of rows. */
  readonly transfer?: Transfer
}

const textColumn = (name: string): ResultColumn => ({
  name,
  type: text(),
  nullable: true,
  origin: null,
})

/** One row that says how it went, as most commands answer. */
export const statusResult = (type: StatementType, message: string): StatementResult => ({
  type,
  columns: [textColumn('status')],
  rows: [[message]],
  rowCount: 1,
})

export const executed = (type: StatementType): StatementResult =>
  statusResult(type, 'Statement executed successfully.')

/** The counts of a DML statement: one column for each kind of change. */
export const countResult = (
  type: StatementType,
  counts: Readonly<Record<string, number>>,
): StatementResult => ({
  type,
  columns: Object.keys(counts).map((name) => ({ name, type: fixed(18, 0), nullable: false, origin: null })),
  rows: [Object.values(counts).map(String)],
  rowCount: Object.values(counts).reduce((sum, count) => sum + count, 0),
})

/** Several numbers of which the first says how many rows there were. */
export const countColumns = (
  type: StatementType,
  counts: Readonly<Record<string, number>>,
): StatementResult => ({ ...countResult(type, counts), rowCount: Object.values(counts)[0] ?? 0 })

/** A listing, as SHOW and DESCRIBE answer. */
export const listResult = (
  names: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): StatementResult => ({ type: 'select', columns: names.map(textColumn), rows, rowCount: rows.length })
