import { type Claim, claim, countDigits, matchAt } from './scan.ts'

const form = /\d(?:[ -]{1,3}\d){8,15}(?!\d)/y

/** Nine digits or more, each for itself: `1 2 3 - 4 5 - 6 7 8 9`. */
export const findSpelledOutNumber = (text: string, start: number): Claim | null => {
  if (!matchAt(form, text, start)) return null
  const end = form.lastIndex
  const digits = countDigits(text, start, end)
  return claim(digits === 9 ? 'ssn' : digits <= 11 ? 'phone' : 'card', start, end)
}
