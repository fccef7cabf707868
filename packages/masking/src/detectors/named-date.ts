import { isDay, monthPattern } from './calendar.ts'
import { type Claim, claim, isWordAt, matchAt } from './scan.ts'

const month = `(?:${monthPattern})\\b\\.?`
const yearPart = "(?:[,.]?[ /-]{0,2}(?:of )?(?:(?:1[89]|20|21)\\d{2}|['’]\\d{2})(?!\\d))"
const ordinal = '(?:st|nd|rd|th)?'

/** `March 14th, 2024`, `Mar 14`, `Mar-14-2024`, `March 14-16`. The year may be missing. */
const monthFirst = new RegExp(
  `(${monthPattern})(?:(?![a-z0-9])\\.?[ /-]{0,2}(?:the )?|(?=\\d\\d))(\\d{1,2})${ordinal}(?![\\d%]|/(?!\\d{4})|\\.\\d|:\\d|[a-z])(?: ?(?:-|to|and|&) ?\\d{1,2}${ordinal}(?![\\d/:]))?${yearPart}?`,
  'iy',
)
/** `March 2024`, `Mar '24`, `March of 2024`. */
const monthAndYear = new RegExp(`(?:${monthPattern})\\b\\.?(?:[,-]|/)?${yearPart}`, 'iy')
/** `in March`: the month alone is an element of a date too. Only as a capitalised name, behind words that place it in time. */
const monthAlone = new RegExp(`${month}`, 'iy')
const timeWord =
  /\b(?:in|since|until|till|by|last|next|this|early|late|mid|of|from|before|after|during|every)[ -]$/i

const ordinals =
  'first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|' +
  'sixteenth|seventeenth|eighteenth|nineteenth|twentieth|twenty-(?:first|second|third|fourth|fifth|sixth|seventh|' +
  'eighth|ninth)|thirtieth|thirty-first'
/** `March fourteenth`. Not `May second`, which may be a verb and what follows it. */
const monthAndOrdinal = new RegExp(
  `(?!may)(?:${monthPattern})\\b\\.? (?:the )?(?:${ordinals})\\b${yearPart}?`,
  'iy',
)

const twoDigitYear = /-\d{2}(?![\d/:%]|\.\d)| '?\d{2}(?=[.,;)]?(?:\s|$))/y

export const findMonthFirst = (text: string, start: number): Claim | null => {
  const day = matchAt(monthFirst, text, start)
  if (day && isDay(Number(day[2]))) return claim('date', start, monthFirst.lastIndex)
  if (matchAt(monthAndOrdinal, text, start)) return claim('date', start, monthAndOrdinal.lastIndex)
  if (matchAt(monthAndYear, text, start)) return claim('date', start, monthAndYear.lastIndex)
  const isCapitalised = /[A-Z]/.test(text[start]!)
  if (
    isCapitalised &&
    timeWord.test(text.slice(Math.max(0, start - 8), start)) &&
    matchAt(monthAlone, text, start)
  ) {
    return claim('date', start, monthAlone.lastIndex)
  }
  return null
}

/** `14 March 2024`, `14-Mar-24`, `14MAR2024`, `14th of March`. */
const dayFirst = new RegExp(
  `(\\d{1,2})${ordinal}(?:[ /-]{0,2}|\\.)(?:(?:day )?of )?(?:${monthPattern})(?![a-z])\\.?${yearPart}?`,
  'iy',
)
const compactYear = /(?:1[89]|20)?\d{2}(?!\d)/y
const mayAsVerb = /(?: be\b| have\b| need\b| not\b| take\b| return\b| use\b)/iy

export const findDayFirst = (text: string, start: number): Claim | null => {
  const match = matchAt(dayFirst, text, start)
  if (!match || !isDay(Number(match[1]))) return null
  const end = dayFirst.lastIndex
  if (/may\.?$/i.test(match[0]) && matchAt(mayAsVerb, text, end)) return null
  if (matchAt(compactYear, text, end)) return claim('date', start, compactYear.lastIndex)
  if (isWordAt(text, end)) return null
  return claim('date', start, matchAt(twoDigitYear, text, end) ? twoDigitYear.lastIndex : end)
}

/** `2024-Mar-14`, `2024 March 14`. */
const yearFirst = new RegExp(
  `(?:1[89]|20|21)\\d{2}[ /-]{1,2}(?:${monthPattern})(?![a-z])\\.?(?:[ /-]{1,2}\\d{1,2}(?!\\d))?`,
  'iy',
)

export const findYearFirst = (text: string, start: number): Claim | null =>
  matchAt(yearFirst, text, start) ? claim('date', start, yearFirst.lastIndex) : null
