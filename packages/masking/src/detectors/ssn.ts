import { continuesAfter, hasGaps, hasLengths, type NumberShape, runText } from './number-shape.ts'
import { type Claim, claim, isWordAt, matchAt } from './scan.ts'

/**
 * Whether the numbers can be a social security number. Area 666 and group or serial of zeros were never issued.
 * Areas from 900 on are taxpayer numbers (ITIN) of the same form, and area 000 is a slip of the pen: both are hidden.
 */
const isIssued = (area: string, group: string, serial: string): boolean =>
  area !== '666' && group !== '00' && serial !== '0000'

/** Three groups of an SSN's lengths, or three by three, or with one digit too many: slips of the pen leak as much. */
const isGrouped = (shape: NumberShape): boolean =>
  hasLengths(shape, 3, 2, 4) ||
  (shape.gaps[0] === '-' && (hasLengths(shape, 3, 3, 3) || hasLengths(shape, 3, 2, 5)))

/** `123-45-6789` with dashes, dots, slashes, spaces or none. */
export const findSsn = (shape: NumberShape): Claim | null => {
  const start = shape.starts[0]!
  const [first, second] = shape.gaps
  const isDashed = first === '-' || second === '-'
  if (isGrouped(shape) && hasGaps(shape, 2, '-. /') && (isDashed || first === second)) {
    // Written with dashes it is meant as one, issued or not.
    const isMeant = isDashed || isIssued(runText(shape, 0), runText(shape, 1), runText(shape, 2))
    return isMeant ? claim('ssn', start, shape.ends[2]!) : null
  }
  if (!hasLengths(shape, 9) || continuesAfter(shape, 0, '.') || isWordAt(shape.text, shape.ends[0]!))
    return null
  const digits = runText(shape, 0)
  const couldBe =
    isIssued(digits.slice(0, 3), digits.slice(3, 5), digits.slice(5)) && !digits.startsWith('000')
  return couldBe ? claim('ssn', start, shape.ends[0]!) : null
}

const hidden = /[x*#]{2,5}[- ]?[x*#]{2}[- ]?\d{4}(?!\d)/iy

/** `xxx-xx-6789`: the last four digits are a part of the number (45 CFR 164.514(b)(2), parts are identifiers too). */
export const findHiddenSsn = (text: string, start: number): Claim | null =>
  matchAt(hidden, text, start) ? claim('ssn', start, hidden.lastIndex) : null
