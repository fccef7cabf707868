const decimalInteger = /^-?\d{1,400}$/

interface BigIntegerLike {
  readonly toJSNumber: unknown
  toString(): string
}

/** The driver hands integers beyond 2^53 over as objects of the `big-integer` library when asked to. */
const isBigInteger = (value: object): value is BigIntegerLike =>
  typeof (value as Partial<BigIntegerLike>).toJSNumber === 'function'

/**
 * The text that stands for a scalar value: equal values give equal text, whichever way the driver was asked to
 * fetch them. `null` for what has no such text: booleans (a pseudonym of one of two values hides nothing),
 * objects and arrays, NaN, invalid dates.
 */
export const textOfScalar = (value: unknown): string | null => {
  switch (typeof value) {
    case 'string':
      return value
    case 'number':
      return Number.isFinite(value) ? String(value) : null
    case 'bigint':
      return value.toString()
    case 'object': {
      if (value === null) return null
      if (value instanceof Date) {
        const time = Date.prototype.getTime.call(value)
        return Number.isNaN(time) ? null : Date.prototype.toISOString.call(value)
      }
      if (value instanceof Uint8Array) {
        return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex')
      }
      return textOfBigInteger(value)
    }
    default:
      return null
  }
}

/** The decimal text of a `big-integer` object, `null` for every other object. */
export const textOfBigInteger = (value: object): string | null => {
  if (!isBigInteger(value)) return null
  const text = String(value)
  return decimalInteger.test(text) ? text : null
}
