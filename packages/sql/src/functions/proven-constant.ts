import type { Value } from '../resolve/value.ts'

/** Functions and operators that take any text literal. */
const anyText = new Set(
  `= <> < <= > >= IN BETWEEN ANY ALL EQUAL_NULL NULLIF LIKE ILIKE || CONCAT CONCAT_WS CONTAINS STARTSWITH ENDSWITH POSITION
  CHARINDEX UPPER LOWER TRIM LTRIM RTRIM LENGTH LEN REVERSE MD5 SHA1 HASH TRANSLATE SPLIT SPLIT_PART CASE IFF COALESCE NVL
  IFNULL NVL2 DECODE UNION VALUES UNPIVOT GREATEST LEAST IS COUNT MIN MAX : OBJECT_CONSTRUCT ARRAY_CONSTRUCT TO_VARCHAR
  TO_CHAR CAST TO_DATE`.split(/\s+/),
)

const dateParts = new Set(['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'])
const withDatePart = new Set([
  'DATEDIFF',
  'TIMESTAMPDIFF',
  'TIMEDIFF',
  'DATE_TRUNC',
  'DATE_PART',
  'AGE',
  'LAST_DAY',
])

/** Constants up to here overflow nothing and ask for no text of any length. */
const SMALL = 38

/**
 * Whether a call with this constant is known to give a result, for every value of its other operands that does. A bind, a
 * variable and a computation over constants are not: they may be anything, and fail where they are computed.
 */
export const isProven = (name: string, { literal, type }: Value): boolean => {
  if (type.family === 'null' || type.family === 'boolean') return true
  if (typeof literal === 'number')
    return Number.isInteger(literal) ? Math.abs(literal) <= SMALL || isArithmetic(name) : isArithmetic(name)
  if (typeof literal !== 'string') return false
  if (withDatePart.has(name)) return dateParts.has(literal.toUpperCase())
  return anyText.has(name) && !literal.endsWith('\\')
}

/** Whether a function's digits are counted by its own rule, however large a number it is given. */
const isArithmetic = (name: string): boolean => counted.has(name)
const counted = new Set(
  '= <> < <= > >= IN BETWEEN ANY ALL EQUAL_NULL NULLIF + - * / % MOD CASE IFF COALESCE NVL IFNULL UNION VALUES GREATEST LEAST'.split(
    ' ',
  ),
)
