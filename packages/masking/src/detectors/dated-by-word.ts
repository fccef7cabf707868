import { isMonthAndDay } from './calendar.ts'
import { type Claim, claim, matchAt } from './scan.ts'

/** Words before which `3/4` is a day of the year and no ratio. */
export const dateWords = [
  'on',
  'since',
  'until',
  'till',
  'thru',
  'through',
  'dated',
  'date',
  'dates',
  'dob',
  'doa',
  'dos',
  'before',
  'after',
  'seen',
  'admitted',
  'discharged',
  'visit',
  'appt',
  'appointment',
  'due',
  'from',
  'between',
  'begun',
  'began',
  'started',
  'starting',
  'effective',
  'week',
  'monday',
  'tuesday',
  'wednesday',
  'thursday',
  'friday',
  'saturday',
  'sunday',
  'mon',
  'tue',
  'tues',
  'wed',
  'thu',
  'thur',
  'thurs',
  'fri',
  'sat',
  'sun',
  'expired',
  'died',
  'born',
  'birthdate',
  'birthday',
  'birth',
  'dod',
  'service',
  'exp',
] as const

const date = '(\\d{1,2})[/.-](\\d{1,2})(?![\\d%]|[/.-]\\d)'
const form = new RegExp(
  `(?:\\w{0,12})[\\s:,(#]{1,4}(?:(?:is|was|of|on|the|date|dated) ){0,2}${date}(?: ?(?:-|to|and|through|thru|until|&) ?(\\d{1,2})/(\\d{1,2})(?![\\d%]|/\\d))?`,
  'iy',
)
const measured =
  /\s?(?:["%]|in\b|inch|tabs?\b|tablets?|mm|cm|ml|mg|mcg|g\b|kg|hours?|hrs?|days?|weeks?|months?|years?|points?\b|strength|pain|murmur|scale|dilut|x\b|units?|times|of\b)/iy
const separator = /[/.-]/

/** Month and day behind a word that says a date comes, and the end of a range. */
export const findDateAfterWord = (text: string, wordEnd: number): readonly Claim[] => {
  const match = matchAt(form, text, wordEnd)
  if (!match || matchAt(measured, text, form.lastIndex)) return []
  const [whole, first, second, thirdText, fourthText] = match
  const sign = /\d([/.-])\d/.exec(whole)?.[1]
  // `since 2-3 months`, `on 2.5`: only a slash makes a date of two numbers that could be a range or a fraction.
  if (sign !== '/' || !isMonthAndDay(Number(first), Number(second))) return []
  const start = wordEnd + whole.search(/\d/)
  const firstEnd = start + first!.length + 1 + second!.length
  const claims = [claim('date', start, firstEnd)]
  if (
    thirdText !== undefined &&
    separator.test(whole) &&
    isMonthAndDay(Number(thirdText), Number(fourthText))
  ) {
    claims.push(
      claim(
        'date',
        wordEnd + whole.length - thirdText.length - 1 - fourthText!.length,
        wordEnd + whole.length,
      ),
    )
  }
  return claims
}
