/** The families of Snowflake types that the reference semantics tells apart. */
export type Family =
  | 'null'
  | 'number'
  | 'float'
  | 'text'
  | 'boolean'
  | 'date'
  | 'ntz'
  | 'ltz'
  | 'time'
  | 'binary'
  | 'variant'
  | 'array'
  | 'object'

/** `size`: the length of a VARCHAR, the digits of a NUMBER. `scale`: the digits after the point. */
export interface Type {
  readonly family: Family
  readonly size?: number
  readonly scale?: number
}

export class Day {
  readonly days: number
  constructor(days: number) {
    this.days = days
  }
}
/** A wall clock for TIMESTAMP_NTZ, an instant for TIMESTAMP_LTZ: milliseconds since 1970. */
export class Moment {
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
}
export class Clock {
  readonly seconds: number
  constructor(seconds: number) {
    this.seconds = seconds
  }
}
export class Bytes {
  readonly hex: string
  constructor(hex: string) {
    this.hex = hex
  }
}
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
/** VARIANT, ARRAY and OBJECT. A JSON null in it is not SQL's NULL. */
export class Variant {
  readonly json: Json
  constructor(json: Json) {
    this.json = json
  }
}

export type Value = null | number | string | boolean | Day | Moment | Clock | Bytes | Variant

export const DAY_MS = 86_400_000
/** The day on which everything runs: CURRENT_DATE, ages and the 90-or-over rule are reckoned by it. */
export const today = new Date('2026-11-30T12:00:00Z')
export const todayDays = Math.floor(today.getTime() / DAY_MS)

const t = (family: Family, size?: number, scale?: number): Type => ({
  family,
  ...(size === undefined ? {} : { size }),
  ...(scale === undefined ? {} : { scale }),
})
export const nullType = t('null')
export const text = (size?: number): Type => t('text', size)
export const number = (size = 38, scale = 0): Type => t('number', size, scale)
export const float = t('float')
export const boolean = t('boolean')
export const date = t('date')
export const ntz = t('ntz')
export const ltz = t('ltz')
export const time = t('time')
export const binary = t('binary')
export const variant = t('variant')
export const array = t('array')
export const object = t('object')

export const isSemiStructured = ({ family }: Type): boolean =>
  family === 'variant' || family === 'array' || family === 'object'
export const isNumeric = ({ family }: Type): boolean => family === 'number' || family === 'float'
export const isDated = ({ family }: Type): boolean =>
  family === 'date' || family === 'ntz' || family === 'ltz'

export const dayOf = (year: number, month: number, day: number): Day =>
  new Day(Math.floor(Date.UTC(year, month - 1, day) / DAY_MS))

export const datePartsOf = (value: Day | Moment) => {
  const moment = new Date(value instanceof Day ? value.days * DAY_MS : value.ms)
  return {
    year: moment.getUTCFullYear(),
    month: moment.getUTCMonth() + 1,
    day: moment.getUTCDate(),
    hour: moment.getUTCHours(),
    minute: moment.getUTCMinutes(),
    second: moment.getUTCSeconds(),
    weekday: moment.getUTCDay(),
  }
}

/** Equal values of one type have equal keys. */
export const keyOf = (value: Value): string => {
  if (value === null) return 'N'
  if (typeof value === 'string') return `S${value}`
  if (typeof value === 'number') return `#${value}`
  if (typeof value === 'boolean') return value ? 'T' : 'F'
  if (value instanceof Day) return `D${value.days}`
  if (value instanceof Moment) return `M${value.ms}`
  if (value instanceof Clock) return `C${value.seconds}`
  if (value instanceof Bytes) return `B${value.hex}`
  return `V${JSON.stringify(value.json)}`
}

const rankOf = (json: Json): number =>
  json === null
    ? 0
    : typeof json === 'boolean'
      ? 1
      : typeof json === 'number'
        ? 2
        : typeof json === 'string'
          ? 3
          : 4

/** Orders two values of one type, neither of them NULL. */
export const compareValues = (left: Value, right: Value): number => {
  if (left instanceof Day && right instanceof Day) return left.days - right.days
  if (left instanceof Moment && right instanceof Moment) return left.ms - right.ms
  if (left instanceof Clock && right instanceof Clock) return left.seconds - right.seconds
  if (left instanceof Bytes && right instanceof Bytes)
    return left.hex < right.hex ? -1 : left.hex > right.hex ? 1 : 0
  if (left instanceof Variant && right instanceof Variant) {
    const [a, b] = [left.json, right.json]
    const ranks = rankOf(a) - rankOf(b)
    if (ranks !== 0) return ranks
    if (typeof a === 'number' && typeof b === 'number') return a - b
    const [x, y] = [JSON.stringify(a), JSON.stringify(b)]
    return x < y ? -1 : x > y ? 1 : 0
  }
  const [a, b] = [left as string | number | boolean, right as string | number | boolean]
  return a < b ? -1 : a > b ? 1 : 0
}
