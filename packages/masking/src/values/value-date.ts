export interface CalendarDate {
  readonly year: number
  /** 1 to 12, null where only the year is known. */
  readonly month: number | null
  readonly day: number | null
}

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

/** 1 to 12 for an English month name or its abbreviation (three letters or more), else null. */
const monthOf = (name: string): number | null => {
  const index = monthNames.indexOf(name.slice(0, 3).toLowerCase())
  return index < 0 ? null : index + 1
}

// The forms of Snowflake's *_OUTPUT_FORMAT parameters that people use, each bounded and matched from end to end:
// a year taken out of the middle of a text could be the last four digits of something else.
const rest = '(?:[T ][\\d:.,+\\-Z ]{1,30})?'
const numericForms: readonly [RegExp, year: number, month: number, day: number][] = [
  [new RegExp(`^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})${rest}$`), 1, 3, 4],
  [/^(\d{4})(\d{2})(\d{2})$/, 1, 2, 3],
  [new RegExp(`^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})${rest}$`), 4, 1, 3],
]
const namedForms: readonly [RegExp, year: number, month: number, day: number][] = [
  [new RegExp(`^(?:[A-Za-z]{3}, ?)?(\\d{1,2})[- ]([A-Za-z]{3,9})\\.?[-, ] ?(\\d{4})${rest}$`), 3, 2, 1],
  [/^([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$/, 3, 1, 2],
]

const ofNumbers = (year: number, month: number, day: number): CalendarDate | null => {
  // DD/MM and MM/DD are told apart only when one of the numbers is no month.
  if (month > 12 && day <= 12) return ofNumbers(year, day, month)
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 ? { year, month, day } : null
}

const ofText = (text: string): CalendarDate | null => {
  if (/^\d{4}$/.test(text)) return { year: Number(text), month: null, day: null }
  for (const [form, year, month, day] of numericForms) {
    const match = form.exec(text)
    if (match) return ofNumbers(Number(match[year]), Number(match[month]), Number(match[day]))
  }
  for (const [form, year, month, day] of namedForms) {
    const match = form.exec(text)
    const named = match && monthOf(match[month]!)
    if (named) return ofNumbers(Number(match[year]), named, Number(match[day]))
  }
  return null
}

/**
 * The calendar date that a value stands for: a Date in UTC (the driver gives DATE and TIMESTAMP_NTZ so), a text
 * that is a date from end to end, or a number of four digits, which is a year. Everything else is `null`.
 */
export const calendarDateOf = (value: unknown): CalendarDate | null => {
  if (typeof value === 'string') return value.length > 60 ? null : ofText(value.trim())
  if (typeof value === 'number') {
    return Number.isInteger(value) && value >= 1000 && value <= 9999
      ? { year: value, month: null, day: null }
      : null
  }
  if (!(value instanceof Date)) return null
  const time = Date.prototype.getTime.call(value)
  if (Number.isNaN(time)) return null
  const date = new Date(time)
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}
