import { continuesAfter, type Gap, hasGaps, type NumberShape, runLength, runText } from './number-shape.ts'
import { type Claim, claim, isWordAt, matchAt } from './scan.ts'

const extension = / {0,2}(?:x|,? ?(?:ext|extn|extension)\.?) ?:? ?#?\d{1,6}(?![\d@])/iy
const vanity = /1?[ -]?\(?8\d\d\)?[ -]\d{0,3}-?[A-Z]{3,7}(?:-?[A-Z0-9]{1,7})?(?![A-Za-z0-9])/y

const withExtension = (text: string, start: number, end: number): Claim =>
  claim('phone', start, matchAt(extension, text, end) ? extension.lastIndex : end)

/** Area codes and exchanges of the North American plan start with 2 to 9. */
const isNanp = (area: string, exchange: string): boolean => /^[2-9]/.test(area) && /^[2-9]/.test(exchange)

const findNorthAmerican = (shape: NumberShape, from: number): Claim | null => {
  const first = runLength(shape, from)
  const second = runLength(shape, from + 1)
  const start = shape.start
  if (first === 3 && second === 3 && runLength(shape, from + 2) === 4) {
    const gaps: readonly (Gap | undefined)[] = [shape.gaps[from], shape.gaps[from + 1]]
    // Three numbers with spaces between them need the plan's rules; dashes, dots and parentheses speak for themselves.
    const isLoose = gaps.every((gap) => gap === ' ')
    if (isLoose && !isNanp(runText(shape, from), runText(shape, from + 1))) return null
    return withExtension(shape.text, start, shape.ends[from + 2]!)
  }
  if (
    first === 3 &&
    second === 7 &&
    shape.gaps[from] !== '.' &&
    isNanp(runText(shape, from), runText(shape, from + 1))
  ) {
    return withExtension(shape.text, start, shape.ends[from + 1]!)
  }
  const digits = runText(shape, from)
  if (first === 10 && isNanp(digits, digits.slice(3)) && !isWordAt(shape.text, shape.ends[from]!)) {
    return withExtension(shape.text, start, shape.ends[from]!)
  }
  return null
}

/** `+` and eight to fifteen digits (ITU-T E.164), or `00` and as many. */
const findInternational = (shape: NumberShape): Claim | null => {
  const prefix = shape.isInternational ? 0 : runText(shape, 0).startsWith('00') ? 2 : -1
  if (prefix < 0) return null
  let digits = -prefix
  let last = -1
  for (let run = 0; run < shape.starts.length; run += 1) {
    digits += runLength(shape, run)
    if (digits > 15) break
    if (digits >= 8) last = run
    if (shape.gaps[run] === undefined || shape.gaps[run] === '') break
  }
  if (last < 0) return null
  // Behind `00` only what is written in groups with spaces: other numbers have zeros in front too.
  if (prefix === 2 && (last === 0 || shape.gaps[0] !== ' ')) return null
  return withExtension(shape.text, shape.start, shape.ends[last]!)
}

const nationalLengths: readonly (readonly number[])[] = [
  [3, 4, 4],
  [4, 3, 4],
  [5, 6],
  [5, 3, 3],
  [4, 3, 3],
  [2, 2, 2, 2, 2],
]

/** Telephone numbers of other countries as they are dialled at home: a zero, and groups of known lengths. */
const findNational = (shape: NumberShape): Claim | null => {
  if (shape.text[shape.starts[0]!] !== '0') return null
  for (const lengths of nationalLengths) {
    const last = lengths.length - 1
    if (
      lengths.every((length, run) => runLength(shape, run) === length) &&
      hasGaps(shape, last, ' )-') &&
      !continuesAfter(shape, last, '-./')
    ) {
      return withExtension(shape.text, shape.start, shape.ends[last]!)
    }
  }
  return null
}

export const findPhone = (shape: NumberShape): Claim | null => {
  if (shape.isInternational || shape.text.startsWith('00', shape.starts[0])) {
    const international = findInternational(shape)
    if (international) return international
  }
  if (runLength(shape, 0) === 1 && runText(shape, 0) === '1' && shape.gaps.length >= 1) {
    const national = findNorthAmerican(shape, 1)
    if (national) return national
  }
  if (runLength(shape, 0) === 11 && runText(shape, 0).startsWith('1')) {
    const digits = runText(shape, 0)
    if (isNanp(digits.slice(1), digits.slice(4)) && !isWordAt(shape.text, shape.ends[0]!)) {
      return withExtension(shape.text, shape.start, shape.ends[0]!)
    }
  }
  const found = findNorthAmerican(shape, 0) ?? findNational(shape)
  if (found) return found
  if (!'18'.includes(shape.text[shape.starts[0]!]!)) return null
  return matchAt(vanity, shape.text, shape.starts[0]!) ? claim('phone', shape.start, vanity.lastIndex) : null
}
