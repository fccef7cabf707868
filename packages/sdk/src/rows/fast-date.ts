/** What the driver adds to a Date: its own methods, on every instance. */
interface DriverDate extends Date {
  getEpochSeconds(): number
  getNanoSeconds(): number
  getScale(): number
  getTimezone(): string | number
  getFormat(): string
}

/** Converts the raw cell as the driver does. */
export type DriverConversion = (raw: string) => unknown

/**
 * A Date of the same instant as the driver's, that builds the driver's own value only when one of the driver's
 * methods is called. Most callers never do, and the driver's value costs a moment, a timestamp and six closures.
 */
class FastDate extends Date {
  readonly #raw: string
  readonly #convert: DriverConversion
  #driverDate: DriverDate | undefined

  constructor(milliseconds: number, raw: string, convert: DriverConversion) {
    super(milliseconds)
    this.#raw = raw
    this.#convert = convert
  }

  #driver(): DriverDate {
    this.#driverDate ??= this.#convert(this.#raw) as DriverDate
    return this.#driverDate
  }

  getEpochSeconds(): number {
    return this.#driver().getEpochSeconds()
  }

  getNanoSeconds(): number {
    return this.#driver().getNanoSeconds()
  }

  getScale(): number {
    return this.#driver().getScale()
  }

  getTimezone(): string | number {
    return this.#driver().getTimezone()
  }

  getFormat(): string {
    return this.#driver().getFormat()
  }

  override toJSON(): string {
    return this.#driver().toJSON()
  }
}

// Callers that look at a date's constructor (`Object.prototype.toString`, loggers, deep equality) see a plain Date.
Object.defineProperty(FastDate.prototype, 'constructor', { value: Date, enumerable: false })

const MILLISECONDS_PER_DAY = 86_400_000
const FRACTION_DIGITS = 3

/** A DATE cell: whole days since 1970-01-01. Undefined for any other text. */
export const millisecondsOfDate = (raw: string): number | undefined => {
  const days = Number(raw)
  return Number.isInteger(days) && raw !== '' ? days * MILLISECONDS_PER_DAY : undefined
}

/**
 * A timestamp cell: seconds since 1970-01-01 with a fraction, and for TIMESTAMP_TZ a blank and an offset behind it.
 * The driver takes the floor of the seconds and cuts the fraction to milliseconds.
 *
 * Undefined where the text has another form, or a negative fraction, which the driver is left to round.
 */
export const millisecondsOfTimestamp = (raw: string): number | undefined => {
  const blank = raw.indexOf(' ')
  const end = blank === -1 ? raw.length : blank
  const point = raw.indexOf('.')
  if (point === -1 || point > end) {
    const seconds = Number(raw.slice(0, end))
    return Number.isSafeInteger(seconds) && end > 0 ? seconds * 1000 : undefined
  }
  if (raw.charCodeAt(0) === 45) return undefined
  const seconds = Number(raw.slice(0, point))
  const fraction = raw.slice(point + 1, end)
  let milliseconds = 0
  for (let index = 0; index < fraction.length; index += 1) {
    const digit = fraction.charCodeAt(index) - 48
    if (digit < 0 || digit > 9) return undefined
    if (index < FRACTION_DIGITS) milliseconds = milliseconds * 10 + digit
  }
  for (let index = fraction.length; index < FRACTION_DIGITS; index += 1) milliseconds *= 10
  return Number.isSafeInteger(seconds) && point > 0 && fraction.length > 0
    ? seconds * 1000 + milliseconds
    : undefined
}

export const createFastDate = (milliseconds: number, raw: string, convert: DriverConversion): Date =>
  new FastDate(milliseconds, raw, convert)
