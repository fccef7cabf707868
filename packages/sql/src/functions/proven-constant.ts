import type { Value } from '../resolve/value.ts'

/** Functions and operators that take any text literal. */
const anyText = new Set(
  `= <> < <= > >= IN BETWEEN ANY ALL EQUAL_NULL NULLIF LIKE ILIKE || CONCAT CONCAT_WS CONTAINS STARTSWITH ENDSWITH POSITION
  CHARINDEX UPPER LOWER REPLACE TRIM LTRIM RTRIM LENGTH LEN REVERSE MD5 SHA1 HASH SPLIT SPLIT_PART CASE IFF COALESCE NVL
  IFNULL NVL2 DECODE UNION VALUES UNPIVOT GREATEST LEAST IS COUNT MIN MAX : OBJECT_CONSTRUCT OBJECT_PICK ARRAY_CONSTRUCT CAST`.split(
    /\s+/,
  ),
)

const dateParts = new Set(['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'])
const withDatePart = new Set([
  'DATEDIFF',
  'TIMESTAMPDIFF',
  'TIMEDIFF',
  'DATE_TRUNC',
  'DATE_PART',
  'AGE',
  'STAY',
])
/** LAST_DAY knows whole days only. */
const wholeParts = new Set(['YEAR', 'QUARTER', 'MONTH', 'WEEK'])
/** Sizes of a digest in bits. */
const digestSizes = new Set([0, 224, 256, 384, 512])

/** Functions that take a small number as a place, a scale or a distance. */
const places = new Set(
  'SUBSTR SUBSTRING LEFT RIGHT SPLIT_PART ROUND LAG LEAD NTH_VALUE NTILE REPEAT COUNT CAST :'.split(' '),
)

/** Constants up to here are a place in any text and a scale of any number. */
const SMALL = 38

/** Functions of which a rule counts the digits, however large a number they are given. */
const counted = new Set(
  '= <> < <= > >= IN BETWEEN ANY ALL EQUAL_NULL NULLIF + - * / % MOD CASE IFF COALESCE NVL IFNULL UNION VALUES GREATEST LEAST'.split(
    ' ',
  ),
)

/**
 * Whether a call with this constant is known to give a result, for every value of its other operands that does. A bind, a
 * variable and a computation over constants are not: they may be anything, and fail where they are computed.
 */
export const isProven = (name: string, { literal, type }: Value): boolean => {
  if (type.family === 'null' || type.family === 'boolean') return true
  if (name === 'SHA2' || name === 'SHA2_HEX')
    return typeof literal === 'string' || digestSizes.has(literal ?? -1)
  if (typeof literal === 'number')
    return counted.has(name) || (places.has(name) && Number.isInteger(literal) && Math.abs(literal) <= SMALL)
  if (typeof literal !== 'string') return false
  if (name === 'LAST_DAY') return wholeParts.has(literal.toUpperCase())
  if (withDatePart.has(name)) return dateParts.has(literal.toUpperCase())
  return anyText.has(name) && !literal.endsWith('\\')
}
