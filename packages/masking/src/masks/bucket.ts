import type { ApplyMask } from '../cell-mask.ts'
import { numberOf } from '../values/value-number.ts'

/** The lower bound of the interval `[n × size, (n + 1) × size)` that holds the value. Text stays text. */
export const compileBucket = (size: number): ApplyMask => {
  const isWhole = Number.isInteger(size)
  return (value) => {
    const number = numberOf(value)
    if (number === null) return null
    const bound = isWhole
      ? Math.floor(number / size) * size
      : // Ten significant digits drop what binary fractions add to products such as 3 × 0.1.
        Number((Math.floor(number / size + 1e-9) * size).toPrecision(10))
    if (!Number.isFinite(bound)) return null
    return typeof value === 'string' ? String(bound) : bound
  }
}
