import type { ApplyMask } from '../cell-mask.ts'
import { numberOf } from '../values/value-number.ts'

/** Rounds to so many digits after the point; -1 rounds to tens. Text stays text. */
export const compileRound = (digits: number): ApplyMask => {
  const factor = 10 ** Math.abs(digits)
  return (value) => {
    const number = numberOf(value)
    if (number === null) return null
    const scaled = Math.round(digits >= 0 ? number * factor : number / factor)
    const rounded = digits >= 0 ? scaled / factor : scaled * factor
    if (!Number.isFinite(rounded)) return null
    // `|| 0` turns -0 into 0: the sign of what was rounded away.
    return typeof value === 'string' ? String(rounded || 0) : rounded || 0
  }
}
