import type { ApplyMask } from '../cell-mask.ts'
import { labelOfName, labelOfNames } from '../detectors/column-label.ts'
import type { Detection, DetectorKind } from '../detectors/detection.ts'
import { memoise } from '../memo.ts'
import { textOfBigInteger } from '../values/value-text.ts'

/** Finds the identifiers of one text, in order and without overlaps. `member`: the key it stands under in a document. */
export type FindIdentifiers = (text: string, member?: string) => readonly Detection[]
export type OnDetection = (kind: DetectorKind) => void

/** No document nests like this, so what does is withheld instead of walked. */
const DEEPEST = 64
const CIRCULAR_OR_TOO_DEEP = new RangeError('the value is nested too deeply')

const ignore: OnDetection = () => undefined

/** Replaces every identifier by its kind in brackets: a constant, so that it tells neither length nor value. */
export const scrubText = (
  detections: readonly Detection[],
  text: string,
  onDetection: OnDetection = ignore,
): string => {
  if (detections.length === 0) return text
  let output = ''
  let from = 0
  for (const { kind, start, end } of detections) {
    onDetection(kind)
    output += `${text.slice(from, start)}[${kind}]`
    from = end
  }
  return output + text.slice(from)
}

/** Sets members of one object. Two keys that become equal would drop a value, so the later ones are numbered. */
const createMemberSetter = (target: object) => {
  const uses = new Map<string, number>()
  return (wanted: string, value: unknown): void => {
    let key = wanted
    while (Object.hasOwn(target, key)) {
      const number = (uses.get(wanted) ?? 1) + 1
      uses.set(wanted, number)
      key = `${wanted} ${number}`
    }
    // Assigning `__proto__` would set the prototype.
    Object.defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true })
  }
}

/** What the driver makes of cells that hold no text: dates, bytes and integers beyond 2^53. */
const isDriverScalar = (value: object): boolean =>
  value instanceof Date || value instanceof Uint8Array || textOfBigInteger(value) !== null

const isSameItems = (before: readonly unknown[], after: readonly unknown[]): boolean =>
  after.length === before.length && after.every((item, index) => Object.is(item, before[index]))

/** How a reader of texts treats a value. */
export interface ScrubSettings {
  readonly find: FindIdentifiers
  readonly onDetection?: OnDetection
  /** The names of the column and its sources, which label the numbers in it. */
  readonly columnNames?: readonly string[]
  /** Whether dates and bytes pass. Under a mask they are withheld; in a column that lineage calls clean they pass. */
  readonly passesOtherScalars: boolean
}

/**
 * Scrubs text, and the texts and keys inside a parsed VARIANT or a MAP. The value itself comes back where nothing
 * was found. Numbers and booleans inside pass; what the driver does not make is withheld.
 */
export const compileScrub = ({
  find,
  onDetection = ignore,
  columnNames = [],
  passesOtherScalars,
}: ScrubSettings): ApplyMask => {
  const scrub = (text: string, member?: string): string => scrubText(find(text, member), text, onDetection)

  const labelOfColumn = labelOfNames(columnNames)
  const labelOf = memoise((member) => labelOfName(member) || labelOfColumn)

  /** A number is looked at only where a name says what it is: `{"ssn": 123456789}`. */
  const checkNumber = (value: number | bigint, member: string): unknown => {
    const [first] = labelOf(member) === '' ? [] : find(String(value), member)
    if (first === undefined) return value
    onDetection(first.kind)
    return null
  }

  const walkObject = (value: Readonly<Record<string, unknown>>, depth: number): unknown => {
    const keys = Object.keys(value)
    // A copy is made only from the first difference on: nearly every document comes back as it is.
    let setMember: ((key: string, item: unknown) => void) | null = null
    let scrubbed: object = value
    for (const [index, key] of keys.entries()) {
      const item = value[key]
      const newKey = scrub(key)
      const newItem = walk(item, depth, key)
      if (setMember === null && (newKey !== key || !Object.is(newItem, item))) {
        scrubbed = {}
        setMember = createMemberSetter(scrubbed)
        for (const earlier of keys.slice(0, index)) setMember(earlier, value[earlier])
      }
      setMember?.(newKey, newItem)
    }
    return scrubbed
  }

  const walk = (value: unknown, depth: number, member = ''): unknown => {
    if (typeof value === 'string') return scrub(value, member)
    if (typeof value === 'number' || typeof value === 'bigint') return checkNumber(value, member)
    if (typeof value !== 'object' || value === null) return isPlainScalar(value) ? value : null
    if (depth >= DEEPEST) throw CIRCULAR_OR_TOO_DEEP
    if (Array.isArray(value)) {
      const scrubbed = value.map((item) => walk(item, depth + 1, member))
      return isSameItems(value, scrubbed) ? value : scrubbed
    }
    if (value instanceof Map) {
      const before = [...value].flat(1)
      const after = before.map((item, index) => {
        const key = index % 2 === 1 ? before[index - 1] : undefined
        return walk(item, depth + 1, typeof key === 'string' ? key : '')
      })
      if (isSameItems(before, after)) return value
      return new Map(Array.from(value, (_, index) => [after[2 * index], after[2 * index + 1]]))
    }
    const prototype = Object.getPrototypeOf(value)
    if (prototype === Object.prototype || prototype === null) {
      return walkObject(value as Readonly<Record<string, unknown>>, depth + 1)
    }
    return passesOtherScalars && isDriverScalar(value) ? value : null
  }
  return (value) => walk(value, 0)
}

const isPlainScalar = (value: unknown): boolean => value === null || typeof value === 'boolean'
