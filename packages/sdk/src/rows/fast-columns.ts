import { parseVariant } from '../driver/parse-variant.ts'
import type { DriverColumn } from '../driver/snowflake-driver.ts'
import {
  createFastDate,
  type DriverConversion,
  millisecondsOfDate,
  millisecondsOfTimestamp,
} from './fast-date.ts'

/** The driver's internal row, as far as a column needs it. */
interface InternalRow {
  readonly values: readonly unknown[]
  readonly _arrayProcessedColumns: unknown[]
}

/** The private seam: two functions on each column instance, through which the driver reads every cell. */
interface SeamedColumn {
  _getRowValue(row: InternalRow): unknown
  _getRowValueAsString(row: InternalRow): unknown
}

/** The masks of a result by the position of the column. Total: never throw. */
export interface FastMasker {
  cellMask(index: number): ((value: unknown) => unknown) | null
  isConstant(index: number): boolean
  constantOf(index: number): string | null
}

/** Rows whose columns convert and mask by themselves. */
export interface FastRows {
  /**
   * To be asked for each row that arrives, before it is handed on. Null when it may be.
   *
   * `bypassed`: a column that must be masked was read less often than rows have arrived, so the driver reads its cells
   * in another way and the row is not masked. `unreadable`: the driver could not convert a cell.
   */
  problem(rowsArrived: number): 'bypassed' | 'unreadable' | null
}

/** A cell and what the driver makes of it: a seam that behaves otherwise is not the one that we know. */
const probes: Readonly<
  Record<string, { readonly raw: string; readonly isExpected: (value: unknown) => boolean }>
> = {
  text: { raw: 'snowfence', isExpected: (value) => value === 'snowfence' },
  fixed: { raw: '12', isExpected: (value) => value === 12 },
  real: { raw: '1.5', isExpected: (value) => value === 1.5 },
  boolean: { raw: '1', isExpected: (value) => value === true },
  date: { raw: '1', isExpected: (value) => value instanceof Date && value.getTime() === 86_400_000 },
  timestamp_ntz: { raw: '1.25', isExpected: (value) => value instanceof Date && value.getTime() === 1250 },
  timestamp_ltz: { raw: '1.25', isExpected: (value) => value instanceof Date && value.getTime() === 1250 },
  timestamp_tz: {
    raw: '1.25 1440',
    isExpected: (value) => value instanceof Date && value.getTime() === 1250,
  },
  variant: { raw: '{"a":1}', isExpected: (value) => (value as { a?: unknown } | null)?.a === 1 },
}

const internalRow = (index: number, raw: string): InternalRow => {
  const values: unknown[] = new Array(index + 1).fill(null)
  values[index] = raw
  return { values, _arrayProcessedColumns: [] }
}

const isSeamed = (column: unknown): column is SeamedColumn =>
  typeof column === 'object' &&
  column !== null &&
  Object.hasOwn(column, '_getRowValue') &&
  Object.hasOwn(column, '_getRowValueAsString') &&
  typeof (column as SeamedColumn)._getRowValue === 'function' &&
  typeof (column as SeamedColumn)._getRowValueAsString === 'function'

type Convert = (raw: string) => unknown

const UNDECIDED = Symbol('left to the driver')

/** Our converter for a type, or null where the driver's is used. `UNDECIDED` leaves one cell to the driver. */
const converterFor = (type: string, byDriver: DriverConversion): Convert | null => {
  const dateBy =
    (milliseconds: (raw: string) => number | undefined): Convert =>
    (raw) => {
      const time = milliseconds(raw)
      return time === undefined ? UNDECIDED : createFastDate(time, raw, byDriver)
    }
  switch (type) {
    case 'text':
      return (raw) => raw
    case 'fixed':
    case 'real':
      return (raw) => {
        const number = Number(raw)
        // Beyond 2^53 the driver warns, and for infinities it has its own mind.
        return Number.isSafeInteger(number) || (Number.isFinite(number) && !Number.isInteger(number))
          ? number
          : UNDECIDED
      }
    case 'boolean':
      return (raw) => (raw === '1' ? true : raw === '0' ? false : UNDECIDED)
    case 'date':
      return dateBy(millisecondsOfDate)
    case 'timestamp_ntz':
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return dateBy(millisecondsOfTimestamp)
    case 'variant':
      return (raw) => (raw === '' ? undefined : parseVariant(raw))
    default:
      return null
  }
}

/** Whether the seam answers for this column as it does in the driver that we know. */
const passesProbe = (column: DriverColumn & SeamedColumn, index: number): boolean => {
  const probe = probes[column.getType()]
  if (!probe) return false
  try {
    return probe.isExpected(column._getRowValue(internalRow(index, probe.raw)))
  } catch {
    return false
  }
}

/**
 * Puts conversion and masks of our own into the columns of a result, where the driver reads each cell: a redacted cell is
 * never converted, dates cost a tenth, and rows arrive masked.
 *
 * A private seam of snowflake-sdk 2.x and 3.x. It is probed first; null means that it is not there, or not as known, and that
 * nothing was changed. `FastRows.problem` proves afterwards that the driver went through it. The functions put in never
 * throw: the driver calls them in a bare `process.nextTick`.
 */
export const installFastColumns = (columns: readonly DriverColumn[], masker: FastMasker): FastRows | null => {
  const seamed: (DriverColumn & SeamedColumn)[] = []
  for (const [index, column] of columns.entries()) {
    if (!isSeamed(column) || column.getIndex() !== index || Object.isFrozen(column)) return null
    seamed.push(column)
  }
  const reads = new Array<number>(seamed.length).fill(0)
  const watched: number[] = []
  let isUnreadable = false
  /** The driver throws at a cell that it cannot convert, where nothing could catch it. */
  const guarded =
    (read: (row: InternalRow) => unknown) =>
    (row: InternalRow): unknown => {
      try {
        return read(row)
      } catch {
        isUnreadable = true
        return null
      }
    }

  for (const [index, column] of seamed.entries()) {
    const valueByDriver = guarded(column._getRowValue.bind(column))
    const stringByDriver = guarded(column._getRowValueAsString.bind(column))
    if (masker.isConstant(index)) {
      const constant = masker.constantOf(index)
      const read = (row: InternalRow): unknown => {
        reads[index]! += 1
        return row.values[index] === null ? null : constant
      }
      watched.push(index)
      column._getRowValue = read
      column._getRowValueAsString = read
      continue
    }
    const cellMask = masker.cellMask(index)
    if (cellMask !== null) watched.push(index)
    const byDriver: DriverConversion = (raw) => valueByDriver(internalRow(index, raw))
    const convert = passesProbe(column, index) ? converterFor(column.getType(), byDriver) : null
    const convertCell =
      convert === null
        ? valueByDriver
        : (row: InternalRow): unknown => {
            const raw = row.values[index]
            if (raw === null) return null
            if (typeof raw !== 'string') return valueByDriver(row)
            const value = convert(raw)
            return value === UNDECIDED ? valueByDriver(row) : value
          }
    if (cellMask === null) {
      column._getRowValue = convertCell
      column._getRowValueAsString = stringByDriver
      continue
    }
    const masked =
      (read: (row: InternalRow) => unknown) =>
      (row: InternalRow): unknown => {
        reads[index]! += 1
        return cellMask(read(row))
      }
    column._getRowValue =
      column.getType() === 'text'
        ? (row) => {
            reads[index]! += 1
            return cellMask(row.values[index])
          }
        : masked(convertCell)
    column._getRowValueAsString = masked(stringByDriver)
  }

  return {
    problem: (rowsArrived) => {
      if (isUnreadable) return 'unreadable'
      for (const index of watched) if (reads[index]! < rowsArrived) return 'bypassed'
      return null
    },
  }
}
