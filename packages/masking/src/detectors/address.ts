import { type Claim, claim, matchAt } from './scan.ts'

const suffixes =
  'street|str|st|avenue|ave|road|rd|lane|ln|boulevard|blvd|drive|dr|court|ct|circle|cir|place|pl|terrace|ter|way|' +
  'parkway|pkwy|highway|hwy|square|sq|trail|trl|alley|route|rte|crescent|close|row|loop|run|pike|walk'

const name = "(?:[A-Z][\\p{L}'-]{0,20}|\\d{1,3}(?:st|nd|rd|th)|[NSEW]{1,2})\\.?"
const unit = '(?:,? {0,2}(?:apt|apartment|unit|suite|ste|floor|fl|room|rm|bldg|#)\\.? ?#?[A-Z0-9-]{1,6})?'
/** A city and a state, where they follow at once. */
const place =
  "(?:, {0,2}(?!ZIP|Zip)[A-Z][\\p{L}'.-]{1,20}(?: [A-Z][\\p{L}'.-]{1,20}){0,2})?(?:, {0,2}[A-Z]{2}(?![A-Za-z]))?"

const caseless = (words: string): string =>
  words.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`)

/** House number, up to four capitalised words, and a word for a street. */
const street = new RegExp(
  `\\d{1,6}[A-Za-z]?(?:-\\d{1,4})? {1,2}(?:${name} {1,2}){1,4}?(?:${caseless(suffixes)})(?![\\p{L}])\\.?${unit.replace(/[a-z]{2,}/g, caseless)}${place}`,
  'uy',
)
const postOfficeBox = /p\.? ?o\.? ?box {0,2}#?\d{1,7}/iy

/** The same without capitals, behind which only words that mean nothing else are taken for a street. */
const lowerCaseStreet = /\d{1,6} (?:[a-z]{2,20} ){1,2}(?:street|avenue|ave|boulevard|blvd)\b\.?/y

export const findStreet = (text: string, start: number): Claim | null => {
  if (matchAt(street, text, start)) return claim('address', start, trimmed(text, start, street.lastIndex))
  return matchAt(lowerCaseStreet, text, start) ? claim('address', start, lowerCaseStreet.lastIndex) : null
}

export const findPostOfficeBox = (text: string, start: number): Claim | null =>
  matchAt(postOfficeBox, text, start) ? claim('address', start, postOfficeBox.lastIndex) : null

const ruralRoute = /(?:rural )?(?:route|rr|rfd)\.? ?#?\d{1,4},? (?:box|bx) ?#?\d{1,6}/iy

export const findRuralRoute = (text: string, start: number): Claim | null =>
  matchAt(ruralRoute, text, start) ? claim('address', start, ruralRoute.lastIndex) : null

const trimmed = (text: string, start: number, end: number): number => {
  let last = end
  while (last > start && ' ,'.includes(text[last - 1]!)) last -= 1
  return last
}
