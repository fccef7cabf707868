import type { ApplyMask } from '../cell-mask.ts'
import { calendarDateOf } from '../values/value-date.ts'

/** 45 CFR 164.514(b)(2)(i)(C): ages over 89, and what tells them, become one category. */
export const NINETY_OR_OVER = '90 or over'

/** A year so many years before the day of asking, or more, tells an age over 89. */
const YEARS_TO_HIDE = 90

/** The year of a date, as text. A year more than 89 years before `asOf` becomes `90 or over`. */
export const compileYear = (asOf: Date): ApplyMask => {
  const newestHidden = asOf.getUTCFullYear() - YEARS_TO_HIDE
  return (value) => {
    if (value === NINETY_OR_OVER) return NINETY_OR_OVER
    const date = calendarDateOf(value)
    if (date === null) return null
    return date.year <= newestHidden ? NINETY_OR_OVER : String(date.year).padStart(4, '0')
  }
}
