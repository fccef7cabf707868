import { type Mask, SnowfenceError, typeFamilyOf } from '@snowfence/core'
import { type ApplyMask, makeTotal } from './cell-mask.ts'
import { compileMask, type MaskMaterial } from './compile-mask.ts'
import { labelOfNames } from './detectors/column-label.ts'
import { createDetector } from './detectors/detect.ts'
import type { DetectorKind } from './detectors/detection.ts'
import { createFindingCounter, type Finding } from './findings.ts'
import { compileScrub } from './masks/scrub.ts'
import { rememberUnchanged } from './memo.ts'
import type { RandomVault } from './random-vault.ts'
import { type RestrictedZip3, restrictedZip3 } from './restricted-zip3.ts'
import { textOfScalar } from './values/value-text.ts'

export interface MaskedColumn {
  readonly name: string
  /** The driver's type name: `text`, `fixed`, `date`, `variant`, … */
  readonly type: string
  /** `null`: no class says how the column is shown. */
  readonly mask: Mask | null
  /**
   * True where a rule reveals the column's classes: its values are shown as they are. Without it, the texts of a
   * column with `mask: null` pass the content detectors.
   */
  readonly isRevealed?: boolean
  /** The names of the columns it comes from, for the detectors: `name` may be an alias that hides what it is. */
  readonly sourceNames?: readonly string[]
  /**
   * True where its values come from stored numbers, times and truth values alone, which the result shows as they are. A
   * text that is written from them holds nothing that they do not show, so it is read only where a name labels it.
   */
  readonly isOfTextlessColumns?: boolean
  /** True where it holds a name of the person the row is about, as it is stored. */
  readonly holdsSubjectName?: boolean
  /**
   * True where its texts are searched for the names in the same row. For stored text only: a text that the writer of a
   * statement can choose would tell by what is replaced in it which name it was.
   */
  readonly isSearchedForNames?: boolean
  /** Tokens of different domains are unrelated. Give the column's class, so that tokens of one class can be joined. */
  readonly domain?: string
}

export interface RowMaskerOptions {
  readonly columns: readonly MaskedColumn[]
  /** At least 16 secret bytes each: of this session, and of the policy (the same in every session under it). */
  readonly keys: { readonly session: Uint8Array; readonly policy: Uint8Array }
  /** The day that ages and the 90-or-over rule are reckoned by, in UTC. */
  readonly asOf: Date
  /** The session's vault. Needed where a column has the mask `random`. */
  readonly random?: RandomVault | null
  /** Areas whose ZIP3 becomes `000`; the union of the 2000 and 2010 Census by default. */
  readonly zip3?: RestrictedZip3
  /** What is looked for in columns that lineage calls clean; `false` turns the second reading off. */
  readonly detectors?: false | { readonly kinds?: readonly DetectorKind[] }
}

/** The masks of one result, compiled once. Positions are those of the result's columns, from 0. */
export interface RowMasker {
  /**
   * What may be shown of a value as the driver gave it. NULL stays NULL. Never throws.
   *
   * @param subjectNames names of the person the row is about: texts are also searched for them, whatever the column
   */
  maskCell(index: number, value: unknown, subjectNames?: readonly string[]): unknown
  /**
   * The mask of one column as a function of its own: `maskCell` without the look-up, for hot loops. Null where every
   * value passes as it is. Never throws.
   */
  cellMask(index: number): ((value: unknown, subjectNames?: readonly string[]) => unknown) | null
  /** Whether `maskCell` of this column is to be given the names in its row: it is searched for them, and some are there. */
  readsNames(index: number): boolean
  /** The names in the columns that hold one, for `maskCell`. Empty where no column does. */
  subjectNamesIn(values: readonly unknown[]): readonly string[]
  /** A new row with every value masked. Where no names are given, they come from the row, for the columns that `readsNames`. */
  maskRow(values: readonly unknown[], subjectNames?: readonly string[]): unknown[]
  /** False where every value passes as it is, so that the call may be skipped. */
  isActive(index: number): boolean
  /** True where every non-null value becomes `constantOf(index)`, so that the value need not be read or converted. */
  isConstant(index: number): boolean
  constantOf(index: number): string | null
  /** The driver's type name of what comes out. It differs from the column's own where a mask turns it into text. */
  outputType(index: number): string
  /** What the detectors found so far in columns that lineage calls clean. */
  findings(): readonly Finding[]
}

interface CompiledColumn {
  readonly apply: ApplyMask | null
  readonly constant: { readonly value: string | null } | null
  readonly outputType: string
}

/** Columns that hold text, and numbers whose name says what they are: `PATIENT_SSN`. */
const isChecked = (type: string, names: readonly string[]): boolean => {
  const family = typeFamilyOf(type)
  if (family === 'number') return labelOfNames(names) !== ''
  // TIME and VECTOR come as text and can hold nothing but times and numbers.
  if (family === 'other') return !/^(?:time|vector)\b/i.test(type)
  return family === 'text' || family === 'semi-structured'
}

/** Whether the detectors read a column's texts, by themselves or under a mask. No other mask asks for names. */
const findsText = (mask: Mask | null | undefined): boolean => mask == null || mask.kind === 'scrub'

const noNames: readonly string[] = []
const isText = (value: unknown): value is string => typeof value === 'string'

/**
 * Compiles the masks of one result.
 *
 * @throws ERR_MASK_UNKNOWN when a mask is not understood, ERR_MASK_MATERIAL_MISSING when a key is too short or a
 * column asks for `random` without a vault: no row may be shown then
 */
export const compileRowMasker = (options: RowMaskerOptions): RowMasker => {
  const { columns, detectors = {} } = options
  if (Number.isNaN(options.asOf.getTime())) throw new TypeError('`asOf` is not a date')
  const counter = createFindingCounter(columns.map(({ name }) => name))
  let names = noNames

  const freeText = createDetector({ freeText: true })
  const material: MaskMaterial = {
    keys: options.keys,
    asOf: options.asOf,
    random: options.random ?? null,
    zip3: options.zip3 ?? restrictedZip3,
    findInFreeText: (text, member) => freeText(text, names, member),
  }

  const compileCheck = (column: MaskedColumn, index: number): ApplyMask | null => {
    const columnNames = [...(column.sourceNames ?? []), column.name]
    if (column.isRevealed || detectors === false || !isChecked(column.type, columnNames)) return null
    if (column.isOfTextlessColumns && labelOfNames(columnNames) === '') return null
    const find = createDetector({ columnNames, ...(detectors.kinds && { kinds: detectors.kinds }) })
    const scrub = compileScrub({
      find: (text, member) => find(text, names, member),
      onDetection: (kind) => counter.add(index, kind),
      columnNames,
      passesOtherScalars: true,
    })
    if (typeFamilyOf(column.type) !== 'number') {
      const scrubWithoutNames = rememberUnchanged(scrub)
      return (value) => (names === noNames ? scrubWithoutNames(value) : scrub(value))
    }
    // Half of a number is no number: one that holds an identifier is withheld.
    return (value) => {
      const text = textOfScalar(value)
      return text === null || scrub(text) === text ? value : null
    }
  }

  const compiled = columns.map((column, index): CompiledColumn => {
    if (column.mask === null) {
      const check = compileCheck(column, index)
      return { apply: check && makeTotal(check), constant: null, outputType: column.type }
    }
    const mask = compileMask(column.mask, column.type, column.domain ?? '', material)
    return { ...mask, apply: makeTotal(mask.apply) }
  })

  const at = (index: number): CompiledColumn => {
    const column = compiled[index]
    if (column === undefined) {
      throw new SnowfenceError('ERR_RESULT_SHAPE_MISMATCH', {
        message: `no mask was compiled for column ${index + 1}`,
      })
    }
    return column
  }

  const maskCell = (index: number, value: unknown, subjectNames: readonly string[] = noNames): unknown => {
    const { apply } = at(index)
    if (apply === null) return value
    names = subjectNames
    return apply(value)
  }

  const nameColumns = columns.flatMap(({ holdsSubjectName, type }, index) =>
    holdsSubjectName && typeFamilyOf(type) === 'text' ? [index] : [],
  )
  const readsNames = (index: number): boolean =>
    nameColumns.length > 0 && columns[index]?.isSearchedForNames === true && at(index).constant === null
  const subjectNamesIn = (values: readonly unknown[]): readonly string[] =>
    nameColumns.length === 0 ? noNames : nameColumns.map((index) => values[index]).filter(isText)

  return {
    maskCell,
    cellMask: (index) => {
      const { apply } = at(index)
      if (apply === null || !findsText(columns[index]?.mask)) return apply
      return (value, subjectNames = noNames) => {
        names = subjectNames
        return apply(value)
      }
    },
    readsNames,
    subjectNamesIn,
    maskRow: (values, subjectNames) => {
      const inRow = subjectNames ?? subjectNamesIn(values)
      const row = new Array<unknown>(values.length)
      for (let index = 0; index < values.length; index += 1)
        row[index] = maskCell(
          index,
          values[index],
          subjectNames !== undefined || readsNames(index) ? inRow : noNames,
        )
      return row
    },
    isActive: (index) => at(index).apply !== null,
    isConstant: (index) => at(index).constant !== null,
    constantOf: (index) => {
      const { constant } = at(index)
      if (constant === null) throw new TypeError(`column ${index + 1} is not constant`)
      return constant.value
    },
    outputType: (index) => at(index).outputType,
    findings: counter.findings,
  }
}
