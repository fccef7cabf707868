import type { ApplyMask } from '../cell-mask.ts'
import type { RestrictedZip3 } from '../restricted-zip3.ts'
import { textOfBigInteger } from '../values/value-text.ts'

const zip = /^(\d{3})(?:\d{2}(?:[- ]?\d{4})?)?$/
const NO_AREA = '000'

/** A ZIP code that was stored as a number has lost its leading zeros. */
const textOfZip = (value: unknown): string | null => {
  if (typeof value === 'string') return value.length > 20 ? null : value.trim()
  const integer =
    typeof value === 'number' || typeof value === 'bigint' ? String(value) : textOfBigInteger(value as object)
  if (integer === null || !/^\d{3,9}$/.test(integer)) return null
  return integer.length <= 5 ? integer.padStart(5, '0') : integer.padStart(9, '0')
}

/** The first three digits of a ZIP code, `000` where the area has 20,000 people or fewer. */
export const compileZip3 = ({ areas }: RestrictedZip3): ApplyMask => {
  const restricted = new Set(areas)
  return (value) => {
    const area = zip.exec(textOfZip(value) ?? '')?.[1]
    if (area === undefined) return null
    return restricted.has(area) ? NO_AREA : area
  }
}
