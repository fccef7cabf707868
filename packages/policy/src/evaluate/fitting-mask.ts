import type { ColumnFlow, Mask } from '@snowfence/core'
import { mayCompare } from './allowed-observation.ts'
import type { ColumnLens, SeenColumn } from './column-lens.ts'

const withhold: Mask = { kind: 'withhold' }

/** Give back one of the values, chosen by comparing all of them. */
const choosingByOrder = new Set(['MIN', 'MAX'])
/** The same, chosen by which are equal. */
const choosingByEquality = new Set(['MODE'])
/** Give the value back in another form: with more digits, or as a date where it was a timestamp. */
const converting = new Set([
  'CAST',
  'TRY_CAST',
  'DATE',
  'TO_DATE',
  'TO_TIMESTAMP_NTZ',
  'TO_NUMBER',
  'TO_DECIMAL',
  'TO_NUMERIC',
  'TO_CHAR',
  'TO_VARCHAR',
])

const numbers: ReadonlySet<string> = new Set(['number', 'float'])
const dates: ReadonlySet<string> = new Set(['date', 'timestamp'])

/** The same for every value. */
const isConstant = ({ kind }: Mask): boolean => kind === 'withhold' || kind === 'redact'

/** Stand-ins whose secret is which value they stand for: known for one chosen value, they are known for all equal ones. */
const isPseudonym = (mask: Mask): boolean => tellsEquality(mask) || mask.kind === 'format'

/** Stand-ins of which different values have different ones. Two short values may look alike in another `format`. */
export const tellsEquality = ({ kind }: Mask): boolean => kind === 'token' || kind === 'random'

/**
 * Whether the values behind each masked form are one interval of the type's order. Then the largest value has the largest
 * masked form, and MAX tells no more than the masks. A mask of texts never is one: ZIP codes of small areas all become
 * 000, wherever they stand in the order.
 */
const isConvex = ({ kind }: Mask, type: string | undefined): boolean => {
  if (type === undefined) return false
  if (kind === 'year') return dates.has(type)
  if (kind === 'age') return dates.has(type) || numbers.has(type)
  return (kind === 'bucket' || kind === 'round') && numbers.has(type)
}

/**
 * The mask of a value that passed through functions which give it back as it is, or `withhold` where they tell more than
 * the mask shows. A mask that goes by position or form holds for the stored value in its stored type, and a number of the
 * writer's own beside the stored ones tells by `MAX` which of them is larger.
 */
export const fittingMask = (mask: Mask, flow: ColumnFlow, seen: SeenColumn, lens: ColumnLens): Mask => {
  if (isConstant(mask)) return mask
  const { functions, type, chosen, against = [] } = flow
  const isMixed = chosen === true || against.length > 0
  const isConverted = type !== 'text' && functions.some((name) => converting.has(name))
  if (isConverted && !isConvex(mask, type)) return withhold
  if (
    isMixed &&
    isPseudonym(mask) &&
    (chosen === true || !against.every((column) => isAlike(seen, lens(column))))
  )
    return withhold
  const isOrdered = functions.some((name) => choosingByOrder.has(name))
  if (isOrdered && !(isConvex(mask, type) && !isMixed) && !mayCompare(seen, 'order', 'order', flow, lens))
    return withhold
  const isMode = functions.some((name) => choosingByEquality.has(name))
  return isMode && !mayCompare(seen, 'group', 'equality', flow, lens) ? withhold : mask
}

/** Whether two columns have the same pseudonyms for the same values. */
const isAlike = (left: SeenColumn, right: SeenColumn): boolean =>
  left.classes.length > 0 &&
  left.classes.length === right.classes.length &&
  left.classes.every(({ name }, index) => right.classes[index]?.name === name) &&
  JSON.stringify(left.masks) === JSON.stringify(right.masks)
