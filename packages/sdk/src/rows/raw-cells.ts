import type { Readable } from 'node:stream'
import { type ChunkRows, makeChunkRows } from '../driver/chunk-rows.ts'
import { createGovernedError } from '../driver/driver-error.ts'
import type { DriverColumn, DriverStatement } from '../driver/snowflake-driver.ts'
import type { OpenedRows } from './row-flow.ts'
import type { DriverRow } from './row-shaper.ts'
import { readInParts } from './rows-in-parts.ts'
import { isTappable, tapRows } from './tap-rows.ts'

/** The cells of one row as the warehouse sent them: text or null, by position. */
export type RawCells = readonly unknown[]

/** The driver's internal row, as far as its columns need it. */
export interface InternalRow {
  readonly values: unknown[]
  readonly _arrayProcessedColumns: unknown[]
}

/** The private seam: two functions on each column instance, through which the driver reads every cell. */
interface SeamedColumn {
  _getRowValue(row: InternalRow): unknown
  _getRowValueAsString(row: InternalRow): unknown
}

export const isSeamed = (column: unknown): column is SeamedColumn =>
  typeof column === 'object' &&
  column !== null &&
  Object.hasOwn(column, '_getRowValue') &&
  Object.hasOwn(column, '_getRowValueAsString') &&
  typeof (column as SeamedColumn)._getRowValue === 'function' &&
  typeof (column as SeamedColumn)._getRowValueAsString === 'function' &&
  !Object.isFrozen(column)

const bypassed = (): Error =>
  createGovernedError('ERR_MASK_FAILED', {
    message: 'the driver did not hand over a row in the way that was foreseen',
    hint: 'set `fastPath: false` on the connection, and report the version of snowflake-sdk',
  })

/** A statement whose streams hand over the cells of a row, instead of a row that the driver made of them. */
export interface RawCellStreams {
  /** Opens a stream over rows `start` to `end` and builds every row. Null where the driver's stream cannot be tapped. */
  open(
    range: { readonly start?: number; readonly end?: number },
    build: (cells: RawCells) => DriverRow,
  ): OpenedRows | null
}

/**
 * Takes the cells of a result before the driver converts them: one column stands for all of them while the driver makes
 * a row, and reading it gives the row's cells.
 *
 * A private seam of snowflake-sdk 2.x and 3.x. Null means that it is not there, and that nothing was changed. A row that
 * comes any other way fails the stream: what is handed out was built from cells that were taken here, and never the
 * driver's own row.
 */
export const takeRawCells = (
  statement: DriverStatement,
  columns: readonly DriverColumn[],
): RawCellStreams | null => {
  const [first] = columns
  if (!isSeamed(first) || first.getIndex() !== 0) return null
  if (!Object.hasOwn(statement, 'getColumns')) return null
  const readByDriver = first._getRowValue
  let isTaking = false
  let taken: RawCells | null = null
  let isInstalled = false
  const everyColumn = {
    getId: () => {
      isTaking = true
      return 0
    },
    getName: () => 'cells',
    // Asked once, behind the id, when the driver opens a stream: no row is being made.
    getType: () => {
      isTaking = false
      return 'text'
    },
  }
  const install = (): void => {
    if (isInstalled) return
    isInstalled = true
    makeChunkRows(statement, rowsOfChunk)
    statement.getColumns = () => [everyColumn] as unknown as DriverColumn[]
    first._getRowValue = (row) => {
      if (!isTaking) return readByDriver.call(first, row)
      isTaking = false
      taken = row.values
      return taken
    }
  }
  /** Rows of a chunk that has not been parsed: all of them are one object, which reads on each time it is asked. */
  const rowsOfChunk = (text: string): ChunkRows => {
    const read = readInParts(text)
    const row = {
      // Called by the driver where nothing could catch an error: what cannot be read has no cells.
      getColumnValue: () => {
        isTaking = false
        try {
          taken = read() as RawCells | null
        } catch {
          taken = null
        }
        return taken
      },
    }
    return {
      slice: (start, end) => {
        for (let index = 0; index < start; index += 1) row.getColumnValue()
        return new Array(end - start).fill(row)
      },
    }
  }
  const cellsOf = (row: unknown): RawCells => {
    const cells = taken
    taken = null
    const given = Array.isArray(row) ? row[0] : (row as { cells?: unknown } | null)?.cells
    if (!Array.isArray(cells) || given !== cells || cells.length !== columns.length) throw bypassed()
    return cells
  }

  return {
    open: (range, build) => {
      // No type is asked for as a string here: that would be another function of the column's.
      const source = statement.streamRows({ ...range, fetchAsString: [] } as never) as Readable
      if (!isTappable(source)) {
        if (isInstalled) throw bypassed()
        return null
      }
      install()
      return (sink) => tapRows(source, (row) => build(cellsOf(row)), sink)
    },
  }
}
