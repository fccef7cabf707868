import type { ColumnFlow, Mask } from '@snowfence/core'
import type { SeenColumn } from './column-lens.ts'

const withhold: Mask = { kind: 'withhold' }

/** Give back one of the values, chosen by comparing all of them. */
const choosingByOrder = new Set(['MIN', 'MAX'])
/** The same, chosen by which are equal. */
const choosingByEquality = new Set(['MODE'])
/** Put a value of the writer's choice, or of another column, into the place of a column's value. */
const mixing = new Set(['COALESCE', 'NVL', 'IFNULL', 'UNION', 'VALUES', 'UNPIVOT'])

/** The same for every value. */
const isConstant = ({ kind }: Mask): boolean => kind === 'withhold' || kind === 'redact'

/** The mask of a larger value is never a smaller one, so the greatest value has the greatest mask anyway. */
const keepsOrder = new Set<Mask['kind']>(['year', 'age', 'zip3', 'bucket', 'round'])

/** Stand-ins whose secret is which value they stand for: known for one chosen value, they are known for all equal ones. */
const isPseudonym = new Set<Mask['kind']>(['token', 'random', 'format'])

/**
 * The mask of a value that passed through functions which give it back as it is, or `withhold` where they tell more than
 * the mask shows. `MAX` over somebody's number and a number of the writer's own tells by what is left of the result which
 * of them is larger, and `NVL('Ada', name)` tells the pseudonym of Ada.
 */
export const fittingMask = (
  mask: Mask,
  { functions }: Pick<ColumnFlow, 'functions'>,
  { uses }: Pick<SeenColumn, 'uses'>,
): Mask => {
  if (isConstant(mask)) return mask
  const isTelling = functions.some(
    (name) =>
      (choosingByOrder.has(name) && !keepsOrder.has(mask.kind) && !mayUse(uses, 'order')) ||
      (choosingByEquality.has(name) && !mayUse(uses, 'group')) ||
      (mixing.has(name) && isPseudonym.has(mask.kind)),
  )
  return isTelling ? withhold : mask
}

const mayUse = (uses: SeenColumn['uses'], place: 'order' | 'group'): boolean =>
  uses === 'all' || uses.has(place)
