import type { RowMasker } from '@snowfence/masking'
import { createGovernedError } from '../driver/driver-error.ts'
import type { RowMode } from '../statement/statement-options.ts'
import type { CellReader } from './cell-readers.ts'
import type { RawCells } from './raw-cells.ts'
import type { ResultColumn } from './result-shape.ts'

export type DriverRow = unknown[] | Record<string, unknown>
export type RowShaper = (row: DriverRow) => DriverRow

/** Masks cells by the position of their column. */
export type CellMasker = Pick<RowMasker, 'maskCell' | 'isActive' | 'readsNames' | 'subjectNamesIn'>

/**
 * Which form to ask of the driver. Objects are cheapest, but their keys must say without doubt which column a value
 * came from: with names that repeat, are made up by Snowflake, or collide with the prototype, rows come as arrays.
 */
export const innerRowMode = (wanted: RowMode, names: readonly (string | null)[]): 'object' | 'array' => {
  if (wanted === 'array') return 'array'
  const isPlain = names.length > 0 && names.every((name) => name !== null && name !== '__proto__')
  return isPlain && new Set(names).size === names.length ? 'object' : 'array'
}

/** The driver's naming of repeated columns, `A`, `A_2`, `A_3`, around names that a column has anyway. */
export const outerNames = (
  columns: readonly Pick<ResultColumn, 'name'>[],
  wanted: RowMode,
): readonly string[] => {
  const names = columns.map(({ name }) => name)
  if (wanted !== 'object_with_renamed_duplicated_columns') return names
  const taken = new Set(names)
  const counts = new Map<string, number>()
  return names.map((name) => {
    let count = (counts.get(name) ?? 0) + 1
    if (count > 1) while (taken.has(`${name}_${count}`)) count += 1
    counts.set(name, count)
    const shown = count === 1 ? name : `${name}_${count}`
    taken.add(shown)
    return shown
  })
}

const setMember = (row: Record<string, unknown>, name: string, value: unknown): void => {
  if (name === '__proto__')
    Object.defineProperty(row, name, { value, enumerable: true, configurable: true, writable: true })
  else row[name] = value
}

/**
 * Compiles what happens to each row of one result: masks by position, then the form the caller asked for.
 * The given row is changed in place where it has the right form already.
 *
 * @returns a function that throws GovernedError ERR_MASK_FAILED, with the value withheld, when a mask fails
 */
export const compileRowShaper = (
  columns: readonly ResultColumn[],
  masker: CellMasker,
  inner: 'object' | 'array',
  wanted: RowMode,
): RowShaper => {
  const masked = columns.flatMap((_column, index) => (masker.isActive(index) ? [index] : []))
  const maskedNames = masked.map((index) => columns[index]!.name)
  const readsNames = masked.some((index) => masker.readsNames(index))

  const mask = (index: number, value: unknown, subjectNames: readonly string[] | undefined): unknown => {
    try {
      return masker.maskCell(index, value, masker.readsNames(index) ? subjectNames : undefined)
    } catch {
      throw createGovernedError('ERR_MASK_FAILED', {
        message: `a value of type \`${columns[index]!.type}\` could not be masked`,
      })
    }
  }

  if (inner === 'object') {
    const names = columns.map(({ name }) => name)
    return (given) => {
      const row = given as Record<string, unknown>
      // Before the first mask, which may be that of a name.
      const subjectNames = readsNames ? masker.subjectNamesIn(names.map((name) => row[name])) : undefined
      for (let at = 0; at < masked.length; at += 1) {
        const name = maskedNames[at]!
        row[name] = mask(masked[at]!, row[name], subjectNames)
      }
      return wanted === 'array' ? names.map((name) => row[name]) : row
    }
  }

  const maskArray: RowShaper = (given) => {
    const row = given as unknown[]
    const subjectNames = readsNames ? masker.subjectNamesIn(row) : undefined
    for (const index of masked) row[index] = mask(index, row[index], subjectNames)
    return row
  }
  if (wanted === 'array') return maskArray

  const names = outerNames(columns, wanted)
  return (given) => {
    const values = maskArray(given) as unknown[]
    const row: Record<string, unknown> = {}
    for (let index = 0; index < names.length; index += 1) setMember(row, names[index]!, values[index])
    return row
  }
}

/**
 * Compiles the making of a row, in the form the caller asked for, out of its raw cells.
 *
 * @param namesIn the names in a row that its texts are searched for; null where none are
 */
export const compileRowBuilder = (
  columns: readonly ResultColumn[],
  readers: readonly CellReader[],
  namesIn: ((cells: RawCells) => readonly string[]) | null,
  wanted: RowMode,
): ((cells: RawCells) => DriverRow) => {
  const width = readers.length
  const read = (cells: RawCells): unknown[] => {
    const subjectNames = namesIn === null ? undefined : namesIn(cells)
    const row = new Array<unknown>(width)
    for (let index = 0; index < width; index += 1) row[index] = readers[index]!(cells[index], subjectNames)
    return row
  }
  if (wanted === 'array') return read
  const names = outerNames(columns, wanted)
  if (namesIn !== null || names.includes('__proto__'))
    return (cells) => {
      const values = read(cells)
      const row: Record<string, unknown> = {}
      for (let index = 0; index < width; index += 1) setMember(row, names[index]!, values[index])
      return row
    }
  return (cells) => {
    const row: Record<string, unknown> = {}
    for (let index = 0; index < width; index += 1) row[names[index]!] = readers[index]!(cells[index])
    return row
  }
}
