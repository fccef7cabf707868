import { isDay, isMonth, isMonthAndDay, isYear } from './calendar.ts'
import { continuesAfter, hasGaps, hasLengths, type NumberShape, runLength, runText } from './number-shape.ts'
import { type Claim, claim, isWordAt, matchAt } from './scan.ts'

const timePart = /T\d{2}:?\d{2}(?::?\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2})?/y

const numberOf = (shape: NumberShape, run: number): number => Number(runText(shape, run))

/** `3/14-18`. */
const laterDay = / ?- ?\d{1,2}(?![\d/])/y

const dateTo = (shape: NumberShape, run: number): Claim => {
  const end = shape.ends[run]!
  return claim('date', shape.starts[0]!, matchAt(timePart, shape.text, end) ? timePart.lastIndex : end)
}

const isOneOrTwo = (length: number): boolean => length === 1 || length === 2

const isPlausible = (shape: NumberShape): boolean =>
  isYear(numberOf(shape, 0)) && isMonthAndDay(numberOf(shape, 1), numberOf(shape, 2))

/** Year, month and day in any order with signs between them, or `2024 03 14`. */
const isFullDate = (shape: NumberShape): boolean => {
  const [gap, second] = shape.gaps
  if (!hasGaps(shape, 2, '-./'))
    return hasGaps(shape, 2, ' ') && hasLengths(shape, 4, 2, 2) && isPlausible(shape)
  const first = runLength(shape, 0)
  const third = runLength(shape, 2)
  if (!isOneOrTwo(runLength(shape, 1))) return false
  if (first === 4) {
    return isOneOrTwo(third) && isPlausible(shape)
  }
  if (!isOneOrTwo(first) || !isMonthAndDay(numberOf(shape, 0), numberOf(shape, 1))) return false
  if (third === 4) return isYear(numberOf(shape, 2))
  if (third !== 2 || gap !== second) return false
  // Two digits for the year: `2.4.10` is a section or a version, `2/4/10`, `14.3.10` and `02.04.10` are dates.
  const isBeyondMonths = Math.max(numberOf(shape, 0), numberOf(shape, 1)) > 12
  return gap !== '.' || isBeyondMonths || (first === 2 && runLength(shape, 1) === 2)
}

/** `YYYYMMDD` in one piece. */
const isCompactDate = (shape: NumberShape): boolean => {
  if (!hasLengths(shape, 8) || isWordAtEnd(shape, 0)) return false
  const digits = runText(shape, 0)
  return /^(?:19|20)/.test(digits) && isMonth(Number(digits.slice(4, 6))) && isDay(Number(digits.slice(6)))
}

const isWordAtEnd = (shape: NumberShape, run: number): boolean => {
  const end = shape.ends[run]!
  return isWordAt(shape.text, end) && !matchAt(timePart, shape.text, end)
}

/** `03/2024`, `2024-03`. */
const isMonthOfYear = (shape: NumberShape): boolean => {
  const first = numberOf(shape, 0)
  const second = numberOf(shape, 1)
  if (shape.gaps[0] === '/' && isOneOrTwo(runLength(shape, 0)) && runLength(shape, 1) === 4) {
    return isMonth(first) && isYear(second)
  }
  return '-/'.includes(shape.gaps[0]!) && hasLengths(shape, 4, 2) && isYear(first) && isMonth(second)
}

// `5/16 inch` is a length, `5/27 points` a score, `08/12 mmHg` a pressure.
const unit = /\s?(?:"|in\b|inch|tab|mm|cm|ml|mg|points?\b|strength|pain|murmur|scale|ribs|vision|of\b)/iy
const scored = /(?:scor(?:e|ed|es)|phq|gad|mmse|moca|scale|pain|was|is|at|=)[-\s\d:]{0,6}$/i

/**
 * `03/14`, `3/14`: month and day alone look like a ratio, so one number must be written as only a date is, with a
 * zero in front or as a day beyond twelve.
 */
const isMonthAndDayOnly = (shape: NumberShape): boolean => {
  const [first, second] = [runLength(shape, 0), runLength(shape, 1)]
  if (shape.gaps[0] !== '/' || !isOneOrTwo(first) || !isOneOrTwo(second)) return false
  if (continuesAfter(shape, 1, '/.')) return false
  if (!isMonth(numberOf(shape, 0)) || !isDay(numberOf(shape, 1))) return false
  const isPadded = runText(shape, 0).startsWith('0') && second === 2
  const isBeyondMonths = numberOf(shape, 1) > 12
  if (!isPadded && !isBeyondMonths) return false
  const start = shape.starts[0]!
  return (
    !matchAt(unit, shape.text, shape.ends[1]!) &&
    !scored.test(shape.text.slice(Math.max(0, start - 16), start))
  )
}

/** `6/10 to 6/12`: two ratios of dates' size with a word for a span between them. */
const span = /(\d{1,2})\/(\d{1,2}) ?(?:-|to|through|thru|until) ?(\d{1,2})\/(\d{1,2})(?![\d/%])/y

const findSpanOfDays = (shape: NumberShape): Claim | null => {
  const start = shape.starts[0]!
  const match = shape.gaps[0] === '/' ? matchAt(span, shape.text, start) : null
  if (!match) return null
  const [firstMonth, firstDay, lastMonth, lastDay] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
  ]
  // `3/5 to 4/5` are grades of strength or parts of a whole: the same small second number.
  const isScale = firstDay === lastDay
  if (isScale || !isMonthAndDay(firstMonth, firstDay) || !isMonthAndDay(lastMonth, lastDay)) return null
  return matchAt(unit, shape.text, span.lastIndex) ? null : claim('date', start, span.lastIndex)
}

export const findNumericDate = (shape: NumberShape): Claim | null => {
  if (shape.gaps.length >= 2 && isFullDate(shape) && !continuesAfter(shape, 2, '.')) return dateTo(shape, 2)
  if (isCompactDate(shape) && !continuesAfter(shape, 0, '-/.')) return dateTo(shape, 0)
  if (shape.gaps.length >= 1 && !hasGaps(shape, 2, '-./') && isMonthOfYear(shape)) return dateTo(shape, 1)
  const days = findSpanOfDays(shape)
  if (days) return days
  if (shape.gaps.length === 0 || !isMonthAndDayOnly(shape)) return null
  const end = shape.ends[1]!
  return claim('date', shape.starts[0]!, matchAt(laterDay, shape.text, end) ? laterDay.lastIndex : end)
}
