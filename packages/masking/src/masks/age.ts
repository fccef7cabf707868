import type { ApplyMask } from '../cell-mask.ts'
import { calendarDateOf } from '../values/value-date.ts'
import { numberOf } from '../values/value-number.ts'
import { NINETY_OR_OVER } from './year.ts'

const show = (years: number): string | null => {
  if (!(years >= 0)) return null
  return years >= 90 ? NINETY_OR_OVER : String(Math.floor(years))
}

/** Whole years as text, `90 or over` from 90 on. Of a date of birth: the age on the day `asOf`. */
export const compileAge = (asOf: Date): ApplyMask => {
  const today = { year: asOf.getUTCFullYear(), month: asOf.getUTCMonth() + 1, day: asOf.getUTCDate() }
  return (value) => {
    if (value === NINETY_OR_OVER) return NINETY_OR_OVER
    const years = numberOf(value)
    if (years !== null) return show(years)
    const birth = calendarDateOf(value)
    if (birth === null || birth.month === null || birth.day === null) return null
    const hadBirthday = today.month > birth.month || (today.month === birth.month && today.day >= birth.day)
    return show(today.year - birth.year - (hadBirthday ? 0 : 1))
  }
}
