import { setImmediate } from 'node:timers/promises'
import type { EngineResult } from '../engine/duckdb.ts'
import type { BoundColumn } from '../sql/scope.ts'
import { encodeCell } from './encode-cell.ts'
import { type ResultColumn, resultColumns } from './result-column.ts'

export type EncodedRow = readonly (string | null)[]

interface ResultSet {
  readonly columns: readonly ResultColumn[]
  readonly rows: readonly EncodedRow[]
}

/** Encodes every row. Between batches other work of the process goes on. */
export const readResult = async (
  result: EngineResult,
  bound: readonly BoundColumn[] | null,
): Promise<ResultSet> => {
  const columns = resultColumns(result.columns, bound)
  const types = columns.map(({ type }) => type)
  const rows: EncodedRow[] = []
  let batches = 0
  for await (const batch of result.batches()) {
    for (const row of batch) rows.push(types.map((type, index) => encodeCell(row[index] ?? null, type)))
    if (++batches % 4 === 0) await setImmediate()
  }
  return { columns, rows }
}
