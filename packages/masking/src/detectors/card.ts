import { hasLuhnDigit } from './luhn.ts'
import { type NumberShape, runLength, runText } from './number-shape.ts'
import { type Claim, claim } from './scan.ts'

/** Thirteen to nineteen digits of a payment card network with a right check digit, in one piece or in groups. */
export const findCard = (shape: NumberShape): Claim | null => {
  let digits = ''
  for (let run = 0; run < shape.starts.length; run += 1) {
    if (run > 0 && (runLength(shape, run - 1) < 4 || !' -'.includes(shape.gaps[run - 1]!))) break
    digits += runText(shape, run)
    if (digits.length > 19) break
    if (digits.length >= 13 && /^[2-6]/.test(digits) && hasLuhnDigit(digits)) {
      return claim('card', shape.starts[0]!, shape.ends[run]!)
    }
  }
  return null
}
