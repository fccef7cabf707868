import type { Settings } from './statement-tree.ts'
import {
  Bytes,
  Clock,
  DAY_MS,
  Day,
  datePartsOf,
  dayOf,
  type Family,
  isSemiStructured,
  type Json,
  Moment,
  type Type,
  type Value,
  Variant,
} from './value.ts'

/** Notes that the conversion fails for this value, and gives NULL in its place. */
export type Fail = () => null

export type Castability = 'total' | 'may-fail' | 'refused'

const HOUR = 3_600_000
/** Fixed: that clocks are put forward changes nothing of what is looked for. */
const offsets: Readonly<Record<Settings['timeZone'], number>> = {
  UTC: 0,
  'Asia/Tokyo': 9 * HOUR,
  'America/Los_Angeles': -8 * HOUR,
}
export const offsetOf = ({ timeZone }: Settings): number => offsets[timeZone]

const pad = (value: number, digits = 2): string => String(value).padStart(digits, '0')
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')

const printDay = (value: Day | Moment, { dateFormat }: Settings): string => {
  const { year, month, day } = datePartsOf(value)
  if (dateFormat === 'DD-MON-YYYY') return `${pad(day)}-${months[month - 1]}-${pad(year, 4)}`
  if (dateFormat === 'MM/DD/YYYY') return `${pad(month)}/${pad(day)}/${pad(year, 4)}`
  return `${pad(year, 4)}-${pad(month)}-${pad(day)}`
}
const printClock = (ms: number): string => {
  const { hour, minute, second } = datePartsOf(new Moment(ms))
  return `${pad(hour)}:${pad(minute)}:${pad(second)}`
}

export const printNumber = (value: number): string =>
  Number.isInteger(value) && Math.abs(value) < 1e21 ? BigInt(value).toString() : String(value)

/** The text that Snowflake makes of a value. */
export const textOf = (value: Value, type: Type, settings: Settings): string | null => {
  if (value === null) return null
  if (typeof value === 'string') return value
  if (typeof value === 'number') return printNumber(value)
  if (typeof value === 'boolean') return value ? 'true' : 'false'
  if (value instanceof Day) return printDay(value, settings)
  if (value instanceof Clock) return printClock(value.seconds * 1000)
  if (value instanceof Bytes) return value.hex
  if (value instanceof Variant) {
    const { json } = value
    if (json === null) return null
    return typeof json === 'string' ? json : JSON.stringify(json)
  }
  const isInstant = type.family === 'ltz'
  const shown = isInstant ? new Moment(value.ms + offsetOf(settings)) : value
  const zone = offsetOf(settings) / HOUR
  const written = `${printDay(shown, { ...settings, dateFormat: 'YYYY-MM-DD' })} ${printClock(shown.ms)}.000`
  return isInstant ? `${written} ${zone < 0 ? '-' : '+'}${pad(Math.abs(zone))}00` : written
}

const decimal = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/
export const parseNumber = (text: string): number | null => {
  if (!decimal.test(text)) return null
  const value = Number(text)
  return Number.isFinite(value) ? value : null
}

const fitNumber = (value: number, { size = 38, scale = 0 }: Type, fail: Fail): number | null => {
  if (!Number.isFinite(value)) return fail()
  const factor = 10 ** scale
  const scaled = Math.abs(value) * factor
  const rounded = scaled < 2 ** 52 ? (Math.sign(value) * Math.floor(scaled + 0.5)) / factor : value
  return Math.abs(rounded) >= 10 ** (size - scale) ? fail() : rounded + 0
}

const isoDay =
  /^\s*(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?(?: ?[+-]\d{2}:?\d{2})?)?\s*$/
const namedDay = /^(\d{1,2})-([A-Za-z]{3})-(\d{4})$/
const usDay = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/

/** The moment that a text names, in milliseconds of a wall clock, or null. */
export const parseMoment = (text: string): number | null => {
  if (/^\s*-?\d{1,10}\s*$/.test(text)) return Number(text) * 1000
  const iso = isoDay.exec(text)
  const named = namedDay.exec(text)
  const us = usDay.exec(text)
  const [year, month, day] = iso
    ? [Number(iso[1]), Number(iso[2]), Number(iso[3])]
    : named
      ? [
          Number(named[3]),
          months.findIndex((name) => name.toLowerCase() === named[2]?.toLowerCase()) + 1,
          Number(named[1]),
        ]
      : us
        ? [Number(us[3]), Number(us[1]), Number(us[2])]
        : [0, 0, 0]
  if (month < 1 || month > 12 || day < 1 || day > new Date(Date.UTC(year, month, 0)).getUTCDate()) return null
  const [hour, minute, second] = [Number(iso?.[4] ?? 0), Number(iso?.[5] ?? 0), Number(iso?.[6] ?? 0)]
  if (hour > 23 || minute > 59 || second > 59) return null
  return dayOf(year, month, day).days * DAY_MS + ((hour * 60 + minute) * 60 + second) * 1000
}

const yes = new Set('true t yes y on 1'.split(' '))
const no = new Set('false f no n off 0'.split(' '))
const parseBoolean = (text: string): boolean | null => (yes.has(text) ? true : no.has(text) ? false : null)

const fromText = (value: string, to: Type, settings: Settings, fail: Fail): Value => {
  switch (to.family) {
    case 'number': {
      const parsed = parseNumber(value)
      return parsed === null ? fail() : fitNumber(parsed, to, fail)
    }
    case 'float':
      return parseNumber(value) ?? fail()
    case 'boolean':
      return parseBoolean(value.trim().toLowerCase()) ?? fail()
    case 'date': {
      const ms = parseMoment(value)
      return ms === null ? fail() : new Day(Math.floor(ms / DAY_MS))
    }
    case 'ntz':
    case 'ltz': {
      const ms = parseMoment(value)
      if (ms === null) return fail()
      return new Moment(to.family === 'ltz' ? ms - offsetOf(settings) : ms)
    }
    case 'time': {
      const [, hour, minute, second = '0'] = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(value.trim()) ?? []
      if (hour === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return fail()
      return new Clock((Number(hour) * 60 + Number(minute)) * 60 + Number(second))
    }
    case 'binary':
      return /^(?:[0-9a-f]{2})*$/i.test(value) ? new Bytes(value.toUpperCase()) : fail()
    default:
      return fail()
  }
}

const fromMoment = (value: Day | Moment, from: Type, to: Type, settings: Settings, fail: Fail): Value => {
  const wall =
    value instanceof Day ? value.days * DAY_MS : value.ms + (from.family === 'ltz' ? offsetOf(settings) : 0)
  switch (to.family) {
    case 'date':
      return new Day(Math.floor(wall / DAY_MS))
    case 'ntz':
      return new Moment(wall)
    case 'ltz':
      return new Moment(wall - offsetOf(settings))
    case 'time':
      return new Clock(Math.floor((((wall % DAY_MS) + DAY_MS) % DAY_MS) / 1000))
    default:
      return fail()
  }
}

const jsonOf = (value: Value, type: Type, settings: Settings): Json => {
  if (value instanceof Variant) return value.json
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  return textOf(value, type, settings)
}
export const toVariant = (value: Value, type: Type, settings: Settings): Variant | null =>
  value === null ? null : new Variant(jsonOf(value, type, settings))

const fromVariant = ({ json }: Variant, to: Type, settings: Settings, fail: Fail): Value => {
  if (json === null) return null
  if (to.family === 'array') return Array.isArray(json) ? new Variant(json) : fail()
  if (to.family === 'object')
    return typeof json === 'object' && !Array.isArray(json) ? new Variant(json) : fail()
  if (typeof json === 'string') return fromText(json, to, settings, fail)
  if (typeof json === 'boolean') {
    if (to.family === 'boolean') return json
    return to.family === 'number' || to.family === 'float' ? Number(json) : fail()
  }
  if (typeof json !== 'number') return fail()
  if (to.family === 'boolean') return json !== 0
  if (to.family === 'float') return json
  if (to.family === 'number') return fitNumber(json, to, fail)
  if (to.family === 'ntz') return new Moment(json * 1000)
  return to.family === 'date' ? new Day(Math.floor(json / 86_400)) : fail()
}

/** A value of one type as one of another. Calls `fail` where Snowflake gives an error. NULL stays NULL. */
export const convertValue = (value: Value, from: Type, to: Type, settings: Settings, fail: Fail): Value => {
  if (value === null) return null
  if (to.family === 'text') {
    const written = textOf(value, from, settings)
    return written !== null && to.size !== undefined && written.length > to.size ? fail() : written
  }
  if (isSemiStructured(to) && !(value instanceof Variant && to.family !== 'variant'))
    return to.family === 'variant' ? toVariant(value, from, settings) : fail()
  if (value instanceof Variant) return fromVariant(value, to, settings, fail)
  if (from.family === to.family && to.family !== 'number') return value
  if (typeof value === 'string') return fromText(value, to, settings, fail)
  if (typeof value === 'boolean') return to.family === 'boolean' ? value : Number(value)
  if (typeof value === 'number') {
    if (to.family === 'boolean') return value !== 0
    if (to.family === 'float') return value
    if (to.family === 'number') return fitNumber(value, to, fail)
    return Math.abs(value) > 2e11 ? fail() : new Moment(value * 1000)
  }
  if (value instanceof Day || value instanceof Moment) return fromMoment(value, from, to, settings, fail)
  return to.family === from.family ? value : fail()
}

const timed: readonly Family[] = ['date', 'ntz', 'ltz', 'time']

/** Whether a cast is refused whatever the data, can fail for some value, or never fails. */
export const castability = (from: Type, to: Type): Castability => {
  const [a, b] = [from.family, to.family]
  if (a === 'null') return 'total'
  if (b === 'text') {
    if (to.size === undefined) return 'total'
    if (a === 'text') return from.size !== undefined && to.size >= from.size ? 'total' : 'may-fail'
    if (a === 'number') return to.size >= (from.size ?? 38) + 3 ? 'total' : 'may-fail'
    return a === 'boolean' && to.size >= 5 ? 'total' : 'may-fail'
  }
  if (b === 'variant') return 'total'
  if (isSemiStructured(from)) {
    if (a === 'variant') return 'may-fail'
    return a === b ? 'total' : 'refused'
  }
  if (b === 'array' || b === 'object') return 'refused'
  if (a === 'text') return 'may-fail'
  if (a === 'number' || a === 'float') {
    if (b === 'number') {
      if (a === 'float') return 'may-fail'
      const [p, s] = [from.size ?? 38, from.scale ?? 0]
      const [q, u] = [to.size ?? 38, to.scale ?? 0]
      return q - u >= p - s + (u < s ? 1 : 0) ? 'total' : 'may-fail'
    }
    if (b === 'float' || b === 'boolean') return b === 'boolean' && a === 'float' ? 'may-fail' : 'total'
    return a === 'number' && (b === 'ntz' || b === 'ltz') ? 'may-fail' : 'refused'
  }
  if (a === 'boolean')
    return b === 'number' || b === 'boolean' ? 'total' : b === 'float' ? 'may-fail' : 'refused'
  if (a === 'binary') return b === 'binary' ? 'total' : 'refused'
  if (a === 'time') return b === 'time' ? 'total' : 'refused'
  return timed.includes(b) ? 'total' : 'refused'
}
