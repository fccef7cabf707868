import type { DetectorKind } from './detection.ts'

/** A place that a detector claims in the folded text, end excluded. */
export interface Claim {
  readonly kind: DetectorKind
  readonly start: number
  readonly end: number
}

export const claim = (kind: DetectorKind, start: number, end: number): Claim => ({ kind, start, end })

export const isDigit = (code: number): boolean => code >= 48 && code <= 57

/** ASCII letters, and everything beyond ASCII: what is no letter there was folded into ASCII or breaks no word. */
export const isLetter = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code > 0x7f

/** The UTF-16 code unit at a place, 0 outside the text. Never NaN, which would make every comparison slow. */
export const codeAt = (text: string, index: number): number =>
  index >= 0 && index < text.length ? text.charCodeAt(index) : 0

export const isWordAt = (text: string, index: number): boolean => {
  const code = codeAt(text, index)
  return isDigit(code) || isLetter(code)
}

/**
 * Matches a sticky expression at a place.
 *
 * INVARIANT: every quantifier of a detector's expression has an upper bound, so that a match costs constant time
 * and the scan is linear in the length of the text.
 */
export const matchAt = (expression: RegExp, text: string, index: number): RegExpExecArray | null => {
  expression.lastIndex = index
  return expression.exec(text)
}

export const countDigits = (text: string, start: number, end: number): number => {
  let digits = 0
  for (let index = start; index < end; index += 1) if (isDigit(codeAt(text, index))) digits += 1
  return digits
}
