import { familySet, type SqlType, type TypeFamily, typesEqual } from './sql-type.ts'

/**
 * What becomes of a value that is converted to another type.
 *
 * `same`: the value itself, so that a mask of the column still fits it.
 * `total`: another form of it, for every value.
 * `may-fail`: an error for some values, which tells them from the others.
 */
export type Conversion = 'same' | 'total' | 'may-fail'

/**
 * Conversions that give a result for every value, whatever their digits and lengths.
 * Source: Snowflake, Data type conversion, CAST and the TO_ functions. What no page says is not here.
 */
const totalTo: Readonly<Partial<Record<TypeFamily, ReadonlySet<TypeFamily>>>> = {
  text: familySet(
    'number',
    'float',
    'boolean',
    'date',
    'timestamp',
    'timestamp-zoned',
    'time',
    'variant',
    'array',
    'object',
    'unknown',
  ),
  float: familySet('number', 'boolean'),
  boolean: familySet('number'),
  timestamp: familySet('date'),
  time: familySet('timestamp', 'timestamp-zoned'),
  variant: familySet(
    'text',
    'number',
    'float',
    'boolean',
    'date',
    'timestamp',
    'timestamp-zoned',
    'time',
    'binary',
    'array',
    'object',
  ),
}

/** What values of one type that become another still tell: which of them is larger, which are equal, or neither. */
export type Fidelity = 'order' | 'equality' | 'none'

const distinguishing: Readonly<Partial<Record<TypeFamily, ReadonlySet<TypeFamily>>>> = {
  text: familySet('number', 'boolean'),
  variant: familySet('text', 'number', 'boolean'),
}

/**
 * Whether different values stay different after a conversion, and in their order. Digits that are rounded off, a time that
 * is cut off and a number that becomes a boolean make different values equal.
 */
export const fidelityOf = (from: SqlType, to: SqlType): Fidelity => {
  if (from.family === 'null') return 'order'
  if (from.family !== to.family) {
    if (from.family === 'date' && to.family === 'timestamp')
      return to.precision === undefined ? 'order' : 'none'
    if (from.family === 'boolean' && to.family === 'number') return 'order'
    return distinguishing[to.family]?.has(from.family) ? 'equality' : 'none'
  }
  switch (to.family) {
    case 'number':
      if (typesEqual(from, to)) return 'order'
      return typeof from.scale === 'number' && typeof to.scale === 'number' && to.scale >= from.scale
        ? 'order'
        : 'none'
    case 'timestamp':
    case 'time':
      return from.precision === to.precision || to.precision === undefined ? 'order' : 'none'
    case 'timestamp-zoned':
    case 'unknown':
      return 'none'
    default:
      return 'order'
  }
}

/** How many characters the longest text of a value of the type has; null where there is no bound. */
const textLength = ({ family, precision, scale, length }: SqlType): number | null => {
  if (family === 'text') return length ?? null
  if (family === 'number')
    return typeof precision === 'number' && typeof scale === 'number' ? precision + 3 : null
  return family === 'boolean' ? 5 : null
}

/** What happens to values of one type that become another, by CAST, by a column of that type, or by an operator. */
export const convert = (from: SqlType, to: SqlType): Conversion => {
  if (from.family === 'null') return 'same'
  if (to.family === 'unknown') return 'may-fail'
  if (from.family === to.family) return convertWithin(from, to)
  if (from.family === 'date' && to.family === 'timestamp') return 'same'
  if (from.family === 'timestamp' && to.family === 'date') return 'same'
  if (!(totalTo[to.family]?.has(from.family) ?? false)) return convertToNumber(from, to)
  if (to.family === 'text' && typeof to.length === 'number') {
    const longest = textLength(from)
    return longest !== null && to.length >= longest ? 'total' : 'may-fail'
  }
  return 'total'
}

const convertToNumber = (from: SqlType, to: SqlType): Conversion =>
  from.family === 'boolean' &&
  to.family === 'number' &&
  typeof to.precision === 'number' &&
  to.precision - (to.scale ?? 0) >= 1
    ? 'total'
    : 'may-fail'

const convertWithin = (from: SqlType, to: SqlType): Conversion => {
  switch (to.family) {
    case 'text': {
      if (to.length === null || to.length === undefined) return 'same'
      return typeof from.length === 'number' && to.length >= from.length ? 'same' : 'may-fail'
    }
    case 'number':
      return convertNumber(from, to)
    case 'timestamp-zoned':
      return 'may-fail'
    default:
      return 'same'
  }
}

/** Digits in front of the point must fit, with one more where rounding may carry. */
const convertNumber = (from: SqlType, to: SqlType): Conversion => {
  const { precision, scale } = to
  if (typesEqual(from, to)) return 'same'
  if (typeof precision !== 'number' || typeof scale !== 'number') return 'may-fail'
  if (typeof from.precision !== 'number' || typeof from.scale !== 'number') return 'may-fail'
  const rounds = scale < from.scale
  if (precision - scale < from.precision - from.scale + (rounds ? 1 : 0)) return 'may-fail'
  return rounds ? 'total' : 'same'
}
