import { continuesAfter, hasLengths, type NumberShape } from './number-shape.ts'
import { type Claim, claim, isWordAt } from './scan.ts'

const states = new Set(
  (
    'AL AK AZ AR CA CO CT DE FL GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NY NC ND OH OK ' +
    'OR PA RI SC SD TN TX UT VT VA WA WV WI WY DC PR VI GU AS MP AA AE AP'
  ).split(' '),
)

/** A ZIP+4 code, or five digits behind the abbreviation of a state. */
export const findZip = (shape: NumberShape): Claim | null => {
  const { text } = shape
  const start = shape.starts[0]!
  if (hasLengths(shape, 5, 4) && shape.gaps[0] === '-' && !continuesAfter(shape, 1, '-')) {
    return isWordAt(text, shape.ends[1]!) ? null : claim('zip', start, shape.ends[1]!)
  }
  if (!hasLengths(shape, 5) || continuesAfter(shape, 0, './-') || isWordAt(text, shape.ends[0]!)) return null
  let stateEnd = start
  while (start - stateEnd < 3 && (text[stateEnd - 1] === ' ' || text[stateEnd - 1] === ',')) stateEnd -= 1
  const isBehindState =
    stateEnd < start && states.has(text.slice(stateEnd - 2, stateEnd)) && !isWordAt(text, stateEnd - 3)
  return isBehindState ? claim('zip', start, shape.ends[0]!) : null
}
