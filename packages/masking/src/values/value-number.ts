import { textOfBigInteger } from './value-text.ts'

const decimal = /^[+-]?\d{1,40}(?:\.\d{1,40})?$/

/** The finite number that a value stands for, `null` for everything else. Text must be a plain decimal. */
export const numberOf = (value: unknown): number | null => {
  switch (typeof value) {
    case 'number':
      return Number.isFinite(value) ? value : null
    case 'bigint':
      return finite(Number(value))
    case 'string': {
      const text = value.length > 100 ? '' : value.trim()
      return decimal.test(text) ? Number(text) : null
    }
    case 'object': {
      if (value === null || value instanceof Date || value instanceof Uint8Array) return null
      const text = textOfBigInteger(value)
      return text === null ? null : finite(Number(text))
    }
    default:
      return null
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)
