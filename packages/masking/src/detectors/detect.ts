import { memoise } from '../memo.ts'
import { labelOfName, labelOfNames } from './column-label.ts'
import { type Detection, type DetectorKind, detectorKinds } from './detection.ts'
import { foldText } from './fold-text.ts'
import { type NameParts, namePartsOf } from './names.ts'
import { isDigit, isLetter } from './scan.ts'
import { scanText } from './scan-text.ts'

export interface DetectOptions {
  /** Which kinds are looked for; every kind by default. */
  readonly kinds?: readonly DetectorKind[]
  /** True for notes and other prose: names behind titles and long numbers of no known form are found too. */
  readonly freeText?: boolean
  /**
   * The names of the column the text stands in and of the columns it comes from. Words such as `ssn` in them label
   * the text as they would in a note. They can only add findings: whoever writes the statement chooses an alias.
   */
  readonly columnNames?: readonly string[]
}

/**
 * Finds the identifiers of a text, in order and without overlaps. `names`: of the person the text is about. `member`:
 * the key it stands under in a document, which labels it as a column's name does.
 */
export type Detector = (text: string, names?: readonly string[], member?: string) => readonly Detection[]

const nothing: readonly Detection[] = []

/**
 * Whether a text can hold an identifier at all: all of them have a digit, an `@`, a `:` with a `//` behind it, or a
 * dot inside a word. Names are looked for on top of that. Most cells of most tables end here.
 */
const isWorthReading = (text: string): boolean => {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index)
    if (code > 0x7f || isDigit(code) || code === 64 || code === 58) return true
    if (code === 46 && isLetter(text.charCodeAt(index + 1))) return true
  }
  return false
}

/** Makes a detector with its settings worked out once. */
export const createDetector = (options: DetectOptions = {}): Detector => {
  const kinds = new Set(options.kinds ?? detectorKinds)
  const isFreeText = options.freeText ?? false
  const isWanted = (kind: DetectorKind) => kinds.has(kind)
  const columnLabel = labelOfNames(options.columnNames ?? [])
  const labelOfMember = memoise(labelOfName)
  let knownNames: readonly string[] | null = null
  let nameParts: NameParts | null = null

  const read = (text: string, present: NameParts | null, label: string): readonly Detection[] => {
    const folded = foldText(text)
    const claims = scanText(label + folded.text, { isWanted, isFreeText, names: present })
    if (claims.length === 0) return nothing
    return claims
      .filter(({ end }) => end > label.length)
      .map(({ kind, start, end }) => ({
        kind,
        start: folded.originalIndex(Math.max(0, start - label.length)),
        end: folded.originalIndex(end - label.length),
      }))
  }
  const readWithoutNames = memoise((text) => read(text, null, columnLabel))

  return (text, names, member) => {
    if (names !== undefined && names !== knownNames) {
      nameParts = namePartsOf(names)
      knownNames = names
    }
    const label = (member ? labelOfMember(member) : '') || columnLabel
    if (names !== undefined && nameParts !== null) return read(text, nameParts, label)
    if (label !== columnLabel) return read(text, null, label)
    return isFreeText || isWorthReading(text) ? readWithoutNames(text) : nothing
  }
}
