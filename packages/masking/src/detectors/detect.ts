import { memoise } from '../memo.ts'
import { type Detection, type DetectorKind, detectorKinds } from './detection.ts'
import { foldText } from './fold-text.ts'
import { labelWords } from './labelled-number.ts'
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

/** Finds the identifiers of a text, in order and without overlaps. `names`: of the person the text is about. */
export type Detector = (text: string, names?: readonly string[]) => readonly Detection[]

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

const wordsOfLabels: ReadonlySet<string> = new Set(labelWords)

/** A column's name as the words of a label in front of its text, or nothing where it labels nothing. */
const labelOf = (columnName: string): string => {
  const words = columnName
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^a-z]/)
    .filter(Boolean)
  return words.some((word) => wordsOfLabels.has(word)) ? `${words.join(' ')}: ` : ''
}

/** Makes a detector with its settings worked out once. */
export const createDetector = (options: DetectOptions = {}): Detector => {
  const kinds = new Set(options.kinds ?? detectorKinds)
  const isFreeText = options.freeText ?? false
  const isWanted = (kind: DetectorKind) => kinds.has(kind)
  const label = (options.columnNames ?? []).map(labelOf).find(Boolean) ?? ''
  let knownNames: readonly string[] | null = null
  let nameParts: NameParts | null = null

  const read = (text: string, present: NameParts | null): readonly Detection[] => {
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
  const readWithoutNames = memoise((text) => read(text, null))

  return (text, names) => {
    if (names !== undefined && names !== knownNames) {
      const parts = names.length > 0 ? namePartsOf(names) : null
      nameParts = parts && parts.size > 0 ? parts : null
      knownNames = names
    }
    if (names !== undefined && nameParts !== null) return read(text, nameParts)
    return isFreeText || isWorthReading(text) ? readWithoutNames(text) : nothing
  }
}
