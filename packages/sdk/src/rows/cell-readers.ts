import type { RowMasker } from '@snowfence/masking'
import { parseVariant } from '../driver/parse-variant.ts'
import type { DriverColumn } from '../driver/snowflake-driver.ts'
import {
  createFastDate,
  type DriverConversion,
  millisecondsOfDate,
  millisecondsOfTimestamp,
} from './fast-date.ts'
import { type InternalRow, isSeamed } from './raw-cells.ts'

/** The masks of a result by the position of the column. Total: never throw. */
type ColumnMasks = Pick<RowMasker, 'cellMask' | 'isConstant' | 'constantOf' | 'readsNames'>

/**
 * What is shown of a raw cell. Throws where the driver cannot convert it.
 *
 * @param subjectNames the names in the same row, for a column that is searched for them
 */
export type CellReader = (raw: unknown, subjectNames?: readonly string[]) => unknown

/** A cell and what the driver makes of it: a column that answers otherwise is left to the driver. */
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

/** What `fetchAsString` calls the driver's types. */
const fetchedAs: Readonly<Record<string, string>> = {
  text: 'STRING',
  time: 'STRING',
  fixed: 'NUMBER',
  real: 'NUMBER',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp_ntz: 'DATE',
  timestamp_ltz: 'DATE',
  timestamp_tz: 'DATE',
  binary: 'BUFFER',
  variant: 'JSON',
  object: 'OBJECT',
  array: 'ARRAY',
  map: 'MAP',
}

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

/** Reads one cell through the driver's column, which wants it in a row. */
const throughRow = (index: number, read: (row: InternalRow) => unknown): CellReader => {
  const values: unknown[] = new Array(index + 1).fill(null)
  const processed: unknown[] = new Array(index + 1).fill(false)
  return (raw) => {
    values[index] = raw
    processed[index] = false
    const value = read({ values, _arrayProcessedColumns: processed })
    values[index] = null
    return value
  }
}

/** Whether the driver converts this column as it does in the versions that we know. */
const passesProbe = (type: string, byDriver: CellReader): boolean => {
  const probe = probes[type]
  if (!probe) return false
  try {
    return probe.isExpected(byDriver(probe.raw))
  } catch {
    return false
  }
}

const compileValueReader = (type: string, byDriver: CellReader): CellReader => {
  const convert = passesProbe(type, byDriver) ? converterFor(type, byDriver) : null
  if (convert === null) return byDriver
  return (raw) => {
    if (raw === null) return null
    if (typeof raw !== 'string') return byDriver(raw)
    const value = convert(raw)
    return value === UNDECIDED ? byDriver(raw) : value
  }
}

/** What is shown of the cells of a row, by position, when the caller wants these native types as strings. */
type CellReaders = (fetchAsString: readonly string[]) => readonly CellReader[]

/**
 * Compiles what is shown of each cell of a result: converted as the driver would, then masked. A redacted cell is never
 * converted, and dates cost a tenth.
 *
 * @returns null where a column is not as in the versions of the driver that we know
 */
export const compileCellReaders = (
  columns: readonly DriverColumn[],
  masker: ColumnMasks,
): CellReaders | null => {
  const compiled: ((asString: ReadonlySet<string>) => CellReader)[] = []
  for (const [index, column] of columns.entries()) {
    const type = column.getType()
    const native = fetchedAs[type]
    if (!isSeamed(column) || column.getIndex() !== index || native === undefined) return null
    if (masker.isConstant(index)) {
      const constant = masker.constantOf(index)
      compiled.push(() => (raw) => (raw === null ? null : constant))
      continue
    }
    const readString = throughRow(index, column._getRowValueAsString.bind(column))
    const readValue = compileValueReader(type, throughRow(index, column._getRowValue.bind(column)))
    const mask = masker.cellMask(index)
    compiled.push((asString) => {
      const isString = asString.has(native)
      const read = isString ? readString : readValue
      if (mask === null) return read
      if (masker.readsNames(index)) return (raw, subjectNames) => mask(read(raw), subjectNames)
      return type === 'text' && !isString ? (raw) => mask(raw) : (raw) => mask(read(raw))
    })
  }
  return (fetchAsString) => {
    const asString = new Set(fetchAsString.map((type) => type.toUpperCase()))
    return compiled.map((readerFor) => readerFor(asString))
  }
}
