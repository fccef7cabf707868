import { CompileRefusal } from './compilation.ts'
import { define, type ScalarFunction } from './scalar-function.ts'
import {
  DAY_MS,
  Day,
  date,
  datePartsOf,
  dayOf,
  Moment,
  number,
  type Type,
  text,
  todayDays,
  type Value,
} from './value.ts'

const parts = 'date parts'
const s = (value: Value | undefined): string => value as string
const n = (value: Value | undefined): number => value as number
const d = (value: Value | undefined): Day | Moment => value as Day | Moment
const ms = (value: Day | Moment): number => (value instanceof Day ? value.days * DAY_MS : value.ms)
const sameKind = (types: readonly Type[]): Type =>
  types.find(({ family }) => family === 'date' || family === 'ntz' || family === 'ltz') ?? date

const isoWeek = (value: Day | Moment): number => {
  const day = new Date(ms(value))
  day.setUTCDate(day.getUTCDate() + 4 - (day.getUTCDay() || 7))
  return Math.ceil(((day.getTime() - Date.UTC(day.getUTCFullYear(), 0, 1)) / DAY_MS + 1) / 7)
}

/** A part of a date by its name, null for a name that is none. */
const partOf = (name: string, value: Day | Moment): number | null => {
  const { year, month, day, hour, minute, second, weekday } = datePartsOf(value)
  switch (name.toLowerCase()) {
    case 'year':
      return year
    case 'quarter':
      return Math.ceil(month / 3)
    case 'month':
      return month
    case 'week':
      return isoWeek(value)
    case 'day':
      return day
    case 'dayofweek':
      return weekday
    case 'dayofyear':
      return Math.floor((ms(value) - Date.UTC(year, 0, 1)) / DAY_MS) + 1
    case 'hour':
      return hour
    case 'minute':
      return minute
    case 'second':
      return second
    default:
      return null
  }
}

const countOf = (name: string, value: Day | Moment): number | null => {
  const { year, month } = datePartsOf(value)
  switch (name.toLowerCase()) {
    case 'year':
      return year
    case 'quarter':
      return year * 4 + Math.floor((month - 1) / 3)
    case 'month':
      return year * 12 + month
    case 'week':
      return Math.floor((Math.floor(ms(value) / DAY_MS) + 3) / 7)
    case 'day':
      return Math.floor(ms(value) / DAY_MS)
    case 'hour':
      return Math.floor(ms(value) / 3_600_000)
    case 'minute':
      return Math.floor(ms(value) / 60_000)
    case 'second':
      return Math.floor(ms(value) / 1000)
    default:
      return null
  }
}

const hours: Readonly<Record<string, number>> = { hour: 3_600_000, minute: 60_000, second: 1000 }

/** When the part of a date begins that a moment is in; null for a name that is none. */
const startOf = (name: string, value: Day | Moment): number | null => {
  const { year, month } = datePartsOf(value)
  const unit = name.toLowerCase()
  const length = hours[unit]
  if (length !== undefined) {
    // The types alone decide it, whatever the rows hold.
    if (value instanceof Day) throw new CompileRefusal(`${name} of a date`)
    return Math.floor(ms(value) / length) * length
  }
  if (unit === 'year') return Date.UTC(year, 0, 1)
  if (unit === 'quarter') return Date.UTC(year, month - 1 - ((month - 1) % 3), 1)
  if (unit === 'month') return Date.UTC(year, month - 1, 1)
  const day = Math.floor(ms(value) / DAY_MS)
  if (unit === 'week') return (day - ((((day + 3) % 7) + 7) % 7)) * DAY_MS
  return unit === 'day' ? day * DAY_MS : null
}

const like = (value: Day | Moment, at: number): Day | Moment =>
  value instanceof Day ? new Day(Math.floor(at / DAY_MS)) : new Moment(at)

const addMonths = (value: Day | Moment, count: number): number => {
  const moment = new Date(ms(value))
  const day = moment.getUTCDate()
  moment.setUTCDate(1)
  moment.setUTCMonth(moment.getUTCMonth() + count)
  moment.setUTCDate(
    Math.min(day, new Date(Date.UTC(moment.getUTCFullYear(), moment.getUTCMonth() + 1, 0)).getUTCDate()),
  )
  return moment.getTime()
}

const inRange = (at: number): boolean => Number.isFinite(at) && Math.abs(at) < 2.5e14

const names = 'Sun Mon Tue Wed Thu Fri Sat'.split(' ')
const months = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const part = (name: string) => define(parts, 'dated', number(), ([value]) => partOf(name, d(value)))

export const dateFunctions: Readonly<Record<string, ScalarFunction>> = {
  YEAR: part('year'),
  QUARTER: part('quarter'),
  MONTH: part('month'),
  WEEK: part('week'),
  DAY: part('day'),
  DAYOFWEEK: part('dayofweek'),
  DAYOFYEAR: part('dayofyear'),
  HOUR: part('hour'),
  MINUTE: part('minute'),
  SECOND: part('second'),
  DAYNAME: define(parts, 'dated', text(3), ([value]) => names[datePartsOf(d(value)).weekday] ?? null),
  MONTHNAME: define(parts, 'dated', text(3), ([value]) => months[datePartsOf(d(value)).month - 1] ?? null),
  LAST_DAY: define(parts, 'dated', date, ([value]) => {
    const { year, month } = datePartsOf(d(value))
    return new Day(dayOf(year, month + 1, 1).days - 1)
  }),
  DATE_PART: define(
    parts,
    'text dated',
    number(),
    ([name, value], fail) => partOf(s(name), d(value)) ?? fail(),
    { fails: true },
  ),
  DATE_TRUNC: define(
    parts,
    'text dated',
    (types) => sameKind(types),
    ([name, value], fail) => {
      const at = startOf(s(name), d(value))
      return at === null ? fail() : like(d(value), at)
    },
    { fails: true },
  ),
  MONTHS_BETWEEN: define(parts, 'dated dated', number(38, 6), ([a, b]) => {
    const [x, y] = [datePartsOf(d(a)), datePartsOf(d(b))]
    return (x.year - y.year) * 12 + x.month - y.month + Math.round(((x.day - y.day) / 31) * 1e6) / 1e6
  }),
  DATEDIFF: define(
    parts,
    'text dated dated',
    number(),
    ([name, from, to], fail) => {
      const [a, b] = [countOf(s(name), d(from)), countOf(s(name), d(to))]
      return a === null || b === null ? fail() : b - a
    },
    { fails: true },
  ),
  DATEADD: define(
    parts,
    'text number dated',
    (types) => sameKind(types),
    ([name, count, value], fail) => {
      const unit = s(name).toLowerCase()
      const at =
        unit === 'year'
          ? addMonths(d(value), 12 * Math.trunc(n(count)))
          : unit === 'month'
            ? addMonths(d(value), Math.trunc(n(count)))
            : unit === 'day'
              ? ms(d(value)) + Math.trunc(n(count)) * DAY_MS
              : Number.NaN
      return inRange(at) ? like(d(value), at) : fail()
    },
    { fails: true },
  ),
  ADD_MONTHS: define(
    parts,
    'dated number',
    (types) => sameKind(types),
    ([value, count], fail) => {
      const at = addMonths(d(value), Math.trunc(n(count)))
      return inRange(at) ? like(d(value), at) : fail()
    },
    { fails: true },
  ),
  DATE_FROM_PARTS: define(
    parts,
    'number number number',
    date,
    ([year, month, day], fail) => {
      const at = Date.UTC(n(year), n(month) - 1, n(day))
      return inRange(at) ? new Day(Math.floor(at / DAY_MS)) : fail()
    },
    { fails: true },
  ),
  NEXT_DAY: define(
    parts,
    'dated text',
    date,
    ([value, name], fail) => {
      const wanted = names.findIndex((known) =>
        s(name).toLowerCase().startsWith(known.slice(0, 2).toLowerCase()),
      )
      if (wanted === -1) return fail()
      const days = Math.floor(ms(d(value)) / DAY_MS)
      return new Day(days + (((wanted - datePartsOf(d(value)).weekday + 6) % 7) + 1))
    },
    { fails: true },
  ),
  TIME_SLICE: define(
    parts,
    'dated number text',
    (types) => sameKind(types),
    ([value, length, unit], fail) =>
      n(length) < 1 || s(unit).toLowerCase() !== 'day'
        ? fail()
        : like(d(value), Math.floor(ms(d(value)) / DAY_MS / n(length)) * n(length) * DAY_MS),
    { fails: true },
  ),
  CURRENT_DATE: define(parts, '', date, () => new Day(todayDays)),
}
