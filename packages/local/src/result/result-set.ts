import { setImmediate } from 'node:timers/promises'
import type { EngineResult } from '../engine/duckdb.ts'
import { resultTooLarge } from '../snowflake-error.ts'
import type { BoundColumn } from '../sql/scope.ts'
import { encodeCell } from './encode-cell.ts'
import { type ResultColumn, resultColumns } from './result-column.ts'

export type EncodedRow = readonly (string | null)[]

interface ResultSet {
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly EncodedRow[]
  /** About how much memory the rows take. */
  readonly bytes: number
}

/** What a cell takes beside its text: a reference and the head of a string. */
const CELL_BYTES = 24

/**
 * Encodes every row. Between batches other work of the process goes on.
 *
 * @throws SnowflakeError where the result takes more than so many megabytes
 */
export const readResult = async (
  result: EngineResult,
  bound: readonly BoundColumn[] | null,
  megabytes: number,
): Promise<ResultSet> => {
  const columns = resultColumns(result.columns, bound)
  const types = columns.map(({ type }) => type)
  const rows: EncodedRow[] = []
  let batches = 0
  let bytes = 0
  for await (const batch of result.batches()) {
    for (const row of batch) {
      const encoded = types.map((type, index) => encodeCell(row[index] ?? null, type))
      for (const cell of encoded) bytes += CELL_BYTES + (cell?.length ?? 0)
      rows.push(encoded)
    }
    if (bytes > megabytes * 1_000_000) throw resultTooLarge(megabytes)
    if (++batches % 4 === 0) await setImmediate()
  }
  return { columns, rows, bytes }
}
