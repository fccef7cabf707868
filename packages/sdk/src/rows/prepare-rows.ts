import type { RowMasker } from '@snowfence/masking'
import { createGovernedError } from '../driver/driver-error.ts'
import type { DriverColumn } from '../driver/snowflake-driver.ts'
import type { RowMode } from '../statement/statement-options.ts'
import { type FastRows, installFastColumns } from './fast-columns.ts'
import type { ResultColumn } from './result-shape.ts'
import { type CellMasker, compileRowShaper, type RowShaper } from './row-shaper.ts'

export interface RowPreparation {
  readonly columns: readonly ResultColumn[]
  readonly driverColumns: readonly DriverColumn[]
  readonly masker: RowMasker
  readonly innerMode: 'object' | 'array'
  readonly rowMode: RowMode
  /** False keeps to the driver's public API. */
  readonly fastPath: boolean
}

const alreadyMasked: CellMasker = { isActive: () => false, maskCell: (_index, value) => value }

const proven = (fast: FastRows, shape: RowShaper): RowShaper => {
  let arrived = 0
  return (row) => {
    arrived += 1
    const problem = fast.problem(arrived)
    if (problem === null) return shape(row)
    throw createGovernedError('ERR_MASK_FAILED', {
      message:
        problem === 'bypassed'
          ? 'the driver did not read a masked column in the way that was foreseen'
          : 'the driver could not convert a value',
      hint: 'set `fastPath: false` on the connection, and report the version of snowflake-sdk',
    })
  }
}

/** Decides where the masks of a result are applied, at the driver's columns or on its rows, and gives the row shaper. */
export const prepareRows = ({
  columns,
  driverColumns,
  masker,
  innerMode,
  rowMode,
  fastPath,
}: RowPreparation): RowShaper => {
  const fast = fastPath ? installFastColumns(driverColumns, masker) : null
  return fast === null
    ? compileRowShaper(columns, masker, innerMode, rowMode)
    : proven(fast, compileRowShaper(columns, alreadyMasked, innerMode, rowMode))
}
