import { date, fixed, type SnowType, text, timestampLtz, timestampNtz } from '../../dictionary/snow-type.ts'
import { unsupported } from '../../snowflake-error.ts'
import { type FunctionCall, type FunctionRule, type Rewritten, rewritten } from '../function-rule.ts'
import { call, isObject, payloadOf, stringLiteral, stringOf } from '../syntax-tree.ts'
import { asText, castTo, castValue } from './casts.ts'
import { duckdbFormat } from './date-format.ts'

const partNames: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    year: 'YEAR Y YY YYY YYYY YR YEARS YRS',
    quarter: 'QUARTER Q QTR QTRS QUARTERS',
    month: 'MONTH MM MON MONS MONTHS',
    week: 'WEEK W WK WEEKOFYEAR WOY WY',
    day: 'DAY D DD DAYS DAYOFMONTH',
    hour: 'HOUR H HH HR HOURS HRS',
    minute: 'MINUTE M MI MIN MINUTES MINS',
    second: 'SECOND S SEC SECONDS SECS',
    millisecond: 'MILLISECOND MS MSEC MILLISECONDS',
    microsecond: 'MICROSECOND US USEC MICROSECONDS',
  }).flatMap(([part, names]) => names.split(' ').map((name) => [name, part])),
)
const wholeDays = new Set(['year', 'quarter', 'month', 'week', 'day'])

/** A date part, as a word or as a text. */
const readPart = (node: unknown): string => {
  const word = payloadOf(node, 'var')?.this ?? stringOf(node) ?? columnName(node)
  const part = typeof word === 'string' ? partNames[word.toUpperCase()] : undefined
  if (!part) throw unsupported('this date part')
  return part
}

const columnName = (node: unknown): string | null => {
  const name = payloadOf(node, 'column')?.name
  return isObject(name) && typeof name.name === 'string' ? name.name : null
}

/** A text where a moment is asked for is read as one. */
const moment = (node: unknown, type: SnowType | null): Rewritten => {
  if (!isObject(node)) throw unsupported('a missing argument')
  if (
    !type ||
    type.kind === 'date' ||
    type.kind === 'timestamp_ntz' ||
    type.kind === 'timestamp_ltz' ||
    type.kind === 'time'
  )
    return { node, type }
  if (type.kind === 'timestamp_tz') throw unsupported('date arithmetic on TIMESTAMP_TZ; cast it')
  return castValue(node, type, timestampNtz, false)
}

const addTo = (part: string, count: unknown, node: unknown, type: SnowType | null): Rewritten => {
  const start = moment(node, type)
  const sum = call(`snow_add_${part}`, count, start.node)
  if (start.type?.kind === 'date')
    return wholeDays.has(part) ? castTo(sum, date) : { node: sum, type: timestampNtz }
  if (!start.type) throw unsupported('DATEADD on a value of unknown type; cast it')
  return { node: sum, type: start.type }
}

const dateAdd: FunctionRule = ({ args: [part, count, value], types }) =>
  addTo(readPart(part), count, value, types[2] ?? null)

const dateDiff: FunctionRule = ({ args, types, name }) => {
  const offset = args.length === 3 ? 1 : 0
  if (offset === 0) throw unsupported(`${name} of this form`)
  const [part, from, to] = args
  const [start, end] = [moment(from, types[1] ?? null), moment(to, types[2] ?? null)]
  return rewritten(fixed(9, 0), 'snow_date_diff', stringLiteral(readPart(part)), start.node, end.node)
}

const dateTrunc: FunctionRule = ({ args, types }) => {
  const [part, value] = args
  const start = moment(value, types[1] ?? null)
  const cut = call('snow_date_trunc', stringLiteral(readPart(part)), start.node)
  if (!start.type) throw unsupported('DATE_TRUNC on a value of unknown type; cast it')
  return start.type.kind === 'date' ? castTo(cut, date) : { node: cut, type: start.type }
}

const format = ({ name, args }: FunctionCall): string => {
  const given = stringOf(args[1])
  if (given === null) throw unsupported(`${name} with a format that is not a literal`)
  return duckdbFormat(given)
}

const toCharacters: FunctionRule = (read) => {
  const [value] = read.args
  const type = read.types[0] ?? null
  if (read.args.length === 1) return { node: asText(value), type: text() }
  if (!type || !/^(date|time)/.test(type.kind))
    throw unsupported(`${read.name} with a format for a value that is no date`)
  return rewritten(text(), 'snow_format', moment(value, type).node, stringLiteral(format(read)))
}

const toMoment =
  (target: SnowType, attempt: boolean): FunctionRule =>
  (read) => {
    const [value] = read.args
    const type = read.types[0] ?? null
    if (read.args.length > 1) {
      const parsed = call(attempt ? 'snow_try_parse' : 'snow_parse', value, stringLiteral(format(read)))
      return attempt ? castTo(parsed, target) : castTo(parsed, target)
    }
    if (type?.kind === 'fixed') return castTo(call('snow_epoch', value), target)
    return castValue(value, type, target, attempt)
  }

const today: FunctionRule = () => rewritten(date, 'snow_today')
const now: FunctionRule = () => rewritten(timestampLtz, 'snow_now')

const sliced = new Set(['second', 'minute', 'hour', 'day'])

const momentFromParts: FunctionRule = ({ name, args }) => {
  if (args.length !== 6) throw unsupported(`${name} with ${args.length} arguments`)
  return rewritten(timestampNtz, 'snow_moment', ...args)
}

/** A part of a moment, when the moment is a text or a VARIANT. */
const partOf: FunctionRule = ({ name, args: [value], types: [type] }) =>
  type?.kind === 'text' || type?.kind === 'variant'
    ? rewritten(fixed(4, 0), name, castValue(value, type, timestampNtz, false).node)
    : null

/** What WEEK_START decides. */
const ofWeek =
  (macro: string): FunctionRule =>
  ({ args: [value], types: [type] }) =>
    rewritten(fixed(4, 0), macro, moment(value, type ?? null).node)

export const dateRules: Readonly<Record<string, FunctionRule>> = {
  DATEADD: dateAdd,
  TIMEADD: dateAdd,
  TIMESTAMPADD: dateAdd,
  DATEDIFF: dateDiff,
  TIMEDIFF: dateDiff,
  TIMESTAMPDIFF: dateDiff,
  DATE_TRUNC: dateTrunc,
  ADD_MONTHS: ({ args: [value, count], types: [type] }) => {
    const start = moment(value, type ?? null)
    const sum = call('snow_add_months', start.node, count)
    return start.type?.kind === 'date' ? castTo(sum, date) : { node: sum, type: start.type }
  },
  LAST_DAY: ({ args, types: [type] }) => {
    if (args.length > 1) throw unsupported('LAST_DAY of anything but a month')
    return rewritten(date, 'snow_last_day', moment(args[0], type ?? null).node)
  },
  MONTHS_BETWEEN: ({ args: [left, right], types: [l, r] }) =>
    castTo(
      call('snow_months_between', moment(left, l ?? null).node, moment(right, r ?? null).node),
      fixed(38, 6),
    ),
  DATE_FROM_PARTS: ({ args }) => rewritten(date, 'snow_date_from_parts', ...args),
  DATEFROMPARTS: ({ args }) => rewritten(date, 'snow_date_from_parts', ...args),
  DATE_PART: ({ args: [part, value], types }) =>
    rewritten(
      fixed(4, 0),
      'snow_date_part',
      stringLiteral(readPart(part)),
      moment(value, types[1] ?? null).node,
    ),
  DAYNAME: ({ args: [value], types: [type] }) =>
    rewritten(text(3), 'snow_format', moment(value, type ?? null).node, stringLiteral('%a')),
  MONTHNAME: ({ args: [value], types: [type] }) =>
    rewritten(text(3), 'snow_format', moment(value, type ?? null).node, stringLiteral('%b')),
  DAYOFWEEK: ofWeek('snow_day_of_week'),
  WEEK: ofWeek('snow_week'),
  WEEKOFYEAR: ofWeek('snow_week'),
  YEAROFWEEK: ofWeek('snow_year_of_week'),
  YEAR: partOf,
  MONTH: partOf,
  DAY: partOf,
  TO_CHAR: toCharacters,
  TO_VARCHAR: toCharacters,
  TO_DATE: toMoment(date, false),
  DATE: toMoment(date, false),
  TRY_TO_DATE: toMoment(date, true),
  TO_TIMESTAMP: toMoment(timestampNtz, false),
  TO_TIMESTAMP_NTZ: toMoment(timestampNtz, false),
  TRY_TO_TIMESTAMP: toMoment(timestampNtz, true),
  TRY_TO_TIMESTAMP_NTZ: toMoment(timestampNtz, true),
  TO_TIMESTAMP_LTZ: toMoment(timestampLtz, false),
  TO_TIMESTAMP_TZ: toMoment({ kind: 'timestamp_tz', scale: 9 }, false),
  TO_TIME: toMoment({ kind: 'time', scale: 9 }, false),
  TIMESTAMP_FROM_PARTS: momentFromParts,
  TIMESTAMP_NTZ_FROM_PARTS: momentFromParts,
  TIMESTAMPFROMPARTS: momentFromParts,
  TIME_SLICE: ({ args: [value, length, part, edge], types: [type] }) => {
    const unit = readPart(part)
    if (edge || !sliced.has(unit)) throw unsupported('TIME_SLICE of this form')
    const cut = call(`snow_slice_${unit}`, length, moment(value, type ?? null).node)
    return type?.kind === 'date' ? castTo(cut, date) : { node: cut, type: timestampNtz }
  },
  CONVERT_TIMEZONE: (read) => {
    const [source, target, value] = read.args
    if (!value || stringOf(source) === null || stringOf(target) === null)
      throw unsupported('CONVERT_TIMEZONE of this form')
    if (read.types[2]?.kind === 'timestamp_ltz') throw unsupported('CONVERT_TIMEZONE of a TIMESTAMP_LTZ')
    return rewritten(timestampNtz, 'snow_convert', source, target, moment(value, read.types[2] ?? null).node)
  },
  CURRENT_TIME: () => rewritten({ kind: 'time', scale: 9 }, 'snow_time'),
  LOCALTIME: () => rewritten({ kind: 'time', scale: 9 }, 'snow_time'),
  CURRENT_DATE: today,
  CURRENT_TIMESTAMP: now,
  LOCALTIMESTAMP: now,
  GETDATE: now,
  SYSTIMESTAMP: now,
  SYSDATE: () => rewritten(timestampNtz, 'snow_utc_now'),
}
