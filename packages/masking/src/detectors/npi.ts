import { hasLuhnDigit } from './luhn.ts'
import { hasLengths, type NumberShape, runText } from './number-shape.ts'
import { type Claim, claim, isWordAt } from './scan.ts'

/** A national provider identifier: ten digits from 1 or 2 on, whose check digit counts the prefix 80840 (45 CFR 162.406). */
export const findNpi = (shape: NumberShape): Claim | null => {
  if (!hasLengths(shape, 10) || isWordAt(shape.text, shape.ends[0]!)) return null
  const digits = runText(shape, 0)
  return /^[12]/.test(digits) && hasLuhnDigit(`80840${digits}`)
    ? claim('npi', shape.starts[0]!, shape.ends[0]!)
    : null
}
