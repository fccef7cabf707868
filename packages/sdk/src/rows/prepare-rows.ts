import type { RowMasker } from '@snowfence/masking'
import { createGovernedError } from '../driver/driver-error.ts'
import type { DriverColumn, DriverStatement } from '../driver/snowflake-driver.ts'
import type { RowRange } from '../pipeline/governed-result.ts'
import type { RowMode } from '../statement/statement-options.ts'
import { compileCellReaders } from './cell-readers.ts'
import { type RawCells, takeRawCells } from './raw-cells.ts'
import type { ResultColumn } from './result-shape.ts'
import { type OpenedRows, readRows } from './row-flow.ts'
import { compileRowBuilder, compileRowShaper, type DriverRow, type RowShaper } from './row-shaper.ts'

export interface RowPreparation {
  readonly statement: DriverStatement
  readonly columns: readonly ResultColumn[]
  readonly driverColumns: readonly DriverColumn[]
  readonly masker: RowMasker
  readonly innerMode: 'object' | 'array'
  readonly rowMode: RowMode
  /** The native types that the statement or its connection wants as strings, where a stream does not say. */
  readonly fetchAsString: readonly string[]
  /** False keeps to the driver's public API. */
  readonly fastPath: boolean
  /** Looks at each row before it is masked. Rows are the driver's own then. */
  readonly inspect: ((shape: RowShaper) => RowShaper) | null
}

/** Opens a range of a result for reading. */
export type OpenRows = (range: RowRange) => OpenedRows

const unreadable = (): Error =>
  createGovernedError('ERR_MASK_FAILED', {
    message: 'the driver could not convert a value',
    hint: 'set `fastPath: false` on the connection, and report the version of snowflake-sdk',
  })

/**
 * Decides where the masks of a result are applied: on its raw cells, before the driver converts them, or on the driver's
 * rows where its private parts are not as known.
 */
export const prepareRows = (preparation: RowPreparation): OpenRows => {
  const { statement, columns, driverColumns, masker, innerMode, inspect } = preparation
  const openPublic: OpenRows = ({ rowMode = preparation.rowMode, ...range }) => {
    const shape = compileRowShaper(columns, masker, innerMode, rowMode)
    if (inspect === null) return readRows(statement.streamRows(range as never), shape)
    // Rows before the range are looked at too: whether a row stands behind them tells whether they are there.
    const { start = 0, ...rest } = range
    return readRows(statement.streamRows(rest as never), inspect(shape), Math.max(0, Math.floor(start)))
  }
  if (!preparation.fastPath || inspect !== null) return openPublic
  const readers = compileCellReaders(driverColumns, masker)
  const streams = readers && takeRawCells(statement, driverColumns)
  if (!readers || !streams) return openPublic
  const readsNames = columns.some((_column, index) => masker.readsNames(index))
  const namesIn = readsNames ? (cells: RawCells) => masker.subjectNamesIn(cells) : null
  return ({ fetchAsString = preparation.fetchAsString, rowMode = preparation.rowMode, ...range }) => {
    const build = compileRowBuilder(columns, readers(fetchAsString), namesIn, rowMode)
    const buildOrFail = (cells: RawCells): DriverRow => {
      try {
        return build(cells)
      } catch {
        throw unreadable()
      }
    }
    return streams.open(range, buildOrFail) ?? openPublic({ ...range, fetchAsString, rowMode })
  }
}
