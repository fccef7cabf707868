import { type Claim, claim, isWordAt } from './scan.ts'

const LENGTH = 17
const form = /^(?=.{0,16}\d)(?=.{0,16}[A-HJ-NPR-Z])[A-HJ-NPR-Z0-9]{17}$/i
const weights = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2]
const CHECK_PLACE = 8
/** 49 CFR 565.15, table of values: A to Z without I, O and Q. */
const letterValues: Readonly<Record<string, number>> = {
  A: 1,
  B: 2,
  C: 3,
  D: 4,
  E: 5,
  F: 6,
  G: 7,
  H: 8,
  J: 1,
  K: 2,
  L: 3,
  M: 4,
  N: 5,
  P: 7,
  R: 9,
  S: 2,
  T: 3,
  U: 4,
  V: 5,
  W: 6,
  X: 7,
  Y: 8,
  Z: 9,
}

/** A vehicle identification number of seventeen characters whose ninth is the right check digit. */
export const findVin = (text: string, start: number): Claim | null => {
  const end = start + LENGTH
  if (end > text.length || !isWordAt(text, end - 1) || isWordAt(text, end)) return null
  const number = text.slice(start, end).toUpperCase()
  if (!form.test(number)) return null
  let sum = 0
  for (let place = 0; place < LENGTH; place += 1) {
    const character = number[place]!
    sum += (letterValues[character] ?? Number(character)) * weights[place]!
  }
  const check = sum % 11
  return number[CHECK_PLACE] === (check === 10 ? 'X' : String(check)) ? claim('vehicle', start, end) : null
}
