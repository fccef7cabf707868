import type { ApplyMask } from '../cell-mask.ts'
import { textOfScalar } from '../values/value-text.ts'

/** Stands for what is hidden. Always the same, so that it does not tell how much is. */
export const HIDDEN = '***'

const isLowSurrogate = (code: number) => code >= 0xdc00 && code <= 0xdfff
const isHighSurrogate = (code: number) => code >= 0xd800 && code <= 0xdbff

/**
 * Keeps the first and last characters. A value is shown only where at least as much of it stays hidden as is
 * shown: the last four of five digits would be all but one of them.
 */
export const compilePartial = (keepFirst: number, keepLast: number): ApplyMask => {
  const shown = keepFirst + keepLast
  return (value) => {
    if (value instanceof Date || value instanceof Uint8Array) return null
    const text = textOfScalar(value)
    if (text === null) return null
    if (shown === 0 || text.length < 2 * shown) return HIDDEN
    return keepFirst === 0
      ? HIDDEN + lastOf(text, keepLast)
      : firstOf(text, keepFirst) + HIDDEN + (keepLast === 0 ? '' : lastOf(text, keepLast))
  }
}

// Half of a surrogate pair is not a character: where the cut would fall inside one, the whole pair is hidden.
const firstOf = (text: string, count: number): string =>
  text.slice(0, isHighSurrogate(text.charCodeAt(count - 1)) ? count - 1 : count)

const lastOf = (text: string, count: number): string => {
  const start = text.length - count
  return text.slice(isLowSurrogate(text.charCodeAt(start)) ? start + 1 : start)
}
