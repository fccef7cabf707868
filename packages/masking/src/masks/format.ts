import type { ApplyMask } from '../cell-mask.ts'
import type { KeyedHash } from '../keyed-hash.ts'
import { memoise } from '../memo.ts'
import { textOfBigInteger } from '../values/value-text.ts'

const LONGEST = 1_024
const DIGITS = '0123456789'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const plainDecimal = /^-?\d{1,15}(?:\.\d{1,15})?$/

/** The letters or digits that may stand in for a character; null for a separator, which stays. */
const alphabetOf = (character: string): string | null => {
  if (character <= '\u007f') {
    if (character >= '0' && character <= '9') return DIGITS
    if (character >= 'a' && character <= 'z') return LOWER
    if (character >= 'A' && character <= 'Z') return UPPER
    return null
  }
  if (/\p{N}/u.test(character)) return DIGITS
  return /\p{Lu}/u.test(character) ? UPPER : LOWER
}

/** The six bits of a character of base64url. */
const sixBitsOf = (code: number): number => {
  if (code >= 97) return code - 71
  if (code >= 65 && code <= 90) return code - 65
  if (code >= 48) return code === 95 ? 63 : code + 4
  return 62
}

/**
 * Replaces every letter by a letter and every digit by a digit, chosen by a keyed hash of the whole value, and
 * keeps ASCII punctuation and spaces. Everything beyond ASCII becomes a letter or digit.
 */
const substitute = (text: string, keyedHash: KeyedHash): string => {
  let output = ''
  let stream = ''
  let used = 0
  let block = 0
  for (const character of text) {
    const alphabet = alphabetOf(character)
    if (alphabet === null) {
      output += character
      continue
    }
    // Four characters of base64url are 24 bits for one choice among at most 26: the bias is below 2^-19.
    if (used + 4 > stream.length) {
      stream = keyedHash(`${block}:${text}`)
      block += 1
      used = 0
    }
    let bits = 0
    for (const end = used + 4; used < end; used += 1) bits = bits * 64 + sixBitsOf(stream.charCodeAt(used))
    output += alphabet[bits % alphabet.length]
  }
  return output
}

/**
 * The same shape with other characters, the same for the same value under the same key. It cannot be reversed,
 * and two values may share an output. Shape and length of the value stay visible. Numbers stay numbers with as
 * many digits, text stays text.
 */
export const compileFormat = (keyedHash: KeyedHash): ApplyMask => {
  const formatted = memoise((text) => substitute(text, keyedHash))
  return (value) => {
    if (typeof value === 'string') return value.length > LONGEST ? null : formatted(value)
    const text =
      typeof value === 'number' || typeof value === 'bigint'
        ? String(value)
        : textOfBigInteger(value as object)
    if (text === null || !plainDecimal.test(text)) return null
    const output = formatted(text)
    // A leading zero would drop a digit.
    const sign = output.startsWith('-') ? '-' : ''
    const digits = output.slice(sign.length)
    const kept = /^0\d/.test(digits)
      ? `${(digits.charCodeAt(digits.length - 1) % 9) + 1}${digits.slice(1)}`
      : digits
    return Number(sign + kept)
  }
}
