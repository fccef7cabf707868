import type { Value } from '../resolve/value.ts'
import { areComparable, commonType } from '../types/common-type.ts'
import { convert } from '../types/conversion.ts'
import { literalFits } from '../types/literal-fits.ts'
import {
  arrayType,
  binaryType,
  booleanType,
  dateType,
  floatType,
  integerType,
  numberType,
  objectType,
  type SqlType,
  type TypeFamily,
  textType,
  timestampType,
  timeType,
  unknownType,
  variantType,
  zonedTimestampType,
} from '../types/sql-type.ts'

/** What a call gives, and which of its operands decide whether it fails. */
export interface CallOutcome {
  readonly type: SqlType
  /** Operands whose values may make it fail. Empty where it gives a result for every value. */
  readonly failing: readonly Value[]
}

/**
 * What a place in a call takes without ever failing.
 *
 * `T` a text, or what has a text form; `N` a number; `I` a whole number that an integer holds; `D` a date, timestamp or time; `B` a boolean; `V` a semi-structured
 * value; `A` anything; `C` a constant only. A constant in another place is converted whatever the rows hold.
 */
type Slot = 'T' | 'N' | 'I' | 'D' | 'B' | 'V' | 'A' | 'C'

const families = (...names: TypeFamily[]): ReadonlySet<TypeFamily> => new Set(names)
const taken: Readonly<Record<Exclude<Slot, 'A' | 'C' | 'I'>, ReadonlySet<TypeFamily>>> = {
  T: families(
    'text',
    'number',
    'float',
    'boolean',
    'date',
    'timestamp',
    'timestamp-zoned',
    'time',
    'variant',
    'null',
    'unknown',
  ),
  N: families('number', 'float', 'boolean', 'null'),
  D: families('date', 'timestamp', 'timestamp-zoned', 'time', 'null'),
  B: families('boolean', 'number', 'null'),
  V: families('variant', 'array', 'object', 'null'),
}

const fits = (slot: Slot | undefined, operand: Value): boolean => {
  const { type, isConstant } = operand
  if (slot === undefined) return false
  if (slot === 'A') return true
  if (slot === 'I') return isInteger(operand)
  return slot === 'C' ? isConstant : taken[slot].has(type.family)
}

/** Nine digits fit a 32-bit integer. */
const isInteger = ({ type, literal }: Value): boolean => {
  if (type.family === 'null') return true
  if (literal !== undefined) return typeof literal === 'number' && Math.abs(literal) < 1e9
  return (
    type.family === 'number' && typeof type.precision === 'number' && type.precision - (type.scale ?? 0) <= 9
  )
}

type Rule = (operands: readonly Value[]) => CallOutcome

/** A signature: slots, of which the last repeats after `*`. Operands beyond them may fail. */
const signature = (slots: string, returns: SqlType | 'first'): Rule => {
  const repeats = slots.endsWith('*')
  const places = [...slots.replace('*', '')] as Slot[]
  const slotAt = (index: number) => places[index] ?? (repeats ? places.at(-1) : undefined)
  return (operands) => ({
    type: returns === 'first' ? (operands[0]?.type ?? unknownType) : returns,
    failing: operands.filter((operand, index) => !fits(slotAt(index), operand)),
  })
}

const returnTypes: Readonly<Record<string, SqlType | 'first'>> = {
  text: textType,
  number: integerType,
  float: floatType,
  boolean: booleanType,
  date: dateType,
  timestamp: timestampType,
  zoned: zonedTimestampType,
  time: timeType,
  binary: binaryType,
  array: arrayType,
  object: objectType,
  variant: variantType,
  count: numberType(18, 0),
  // At most 134,217,728, and one added to it still fits an integer.
  length: numberType(8, 0),
  part: numberType(9, 0),
  first: 'first',
}

/**
 * Functions that give a result for every value of these types. Only what a page of Snowflake's documentation says is
 * here; every other function may fail by each of its operands.
 */
const total = `
text    T      UPPER LOWER UCASE LCASE INITCAP REVERSE MD5 MD5_HEX SHA1 SHA1_HEX SOUNDEX SOUNDEX_P123
text    TC     HEX_ENCODE SHA2 SHA2_HEX
text    TCC    BASE64_ENCODE
binary  T      MD5_BINARY SHA1_BINARY
binary  TC     SHA2_BINARY
number  T      MD5_NUMBER_LOWER64 MD5_NUMBER_UPPER64
length  T      LENGTH LEN OCTET_LENGTH BIT_LENGTH ASCII UNICODE RTRIMMED_LENGTH
text    TT     TRIM LTRIM RTRIM
boolean TT     CONTAINS STARTSWITH ENDSWITH
length  TTI    POSITION CHARINDEX EDITDISTANCE
text    TTT    TRANSLATE
array   TT     SPLIT
text    TII    SUBSTR SUBSTRING
text    TI     LEFT RIGHT
text    TTI    SPLIT_PART
text    C      SPACE
count   A*     HASH HASH_AGG
boolean TCCCCC REGEXP RLIKE REGEXP_LIKE
count   TCCCCC REGEXP_COUNT REGEXP_INSTR
text    TCCCCC REGEXP_SUBSTR REGEXP_REPLACE
part    D      YEAR YEAROFWEEK YEAROFWEEKISO QUARTER MONTH DAY DAYOFMONTH DAYOFWEEK DAYOFWEEKISO DAYOFYEAR WEEK
part    D      WEEKISO WEEKOFYEAR HOUR MINUTE SECOND EXTRACT
text    D      DAYNAME MONTHNAME
date    DC     LAST_DAY
part    CD     DATE_PART
float   DD     MONTHS_BETWEEN
first   N      ABS CEIL CEILING FLOOR
first   NC     TRUNC TRUNCATE
part    N      SIGN
float   N      SIN COS TAN ATAN
variant VC*    GET GET_PATH GET_IGNORE_CASE
array   A*     ARRAY_CONSTRUCT ARRAY_CONSTRUCT_COMPACT
length  V      ARRAY_SIZE
array   VCC    ARRAY_SLICE
text    A      TYPEOF TO_JSON
boolean A      IS_ARRAY IS_BINARY IS_BOOLEAN IS_CHAR IS_DATE IS_DATE_VALUE IS_DECIMAL IS_DOUBLE IS_INTEGER IS_NULL_VALUE
boolean A      IS_OBJECT IS_REAL IS_TIME IS_TIMESTAMP_LTZ IS_TIMESTAMP_NTZ IS_TIMESTAMP_TZ IS_VARCHAR
array   V      AS_ARRAY
object  V      AS_OBJECT
text    V      AS_CHAR AS_VARCHAR
date    V      AS_DATE
boolean V      AS_BOOLEAN
float   V      AS_DOUBLE AS_REAL
timestamp V    AS_TIMESTAMP_NTZ
object  VC*    OBJECT_PICK
text    T      CHECK_JSON
variant T      TRY_PARSE_JSON
boolean T      TRY_TO_BOOLEAN
date    TC     TRY_TO_DATE
time    TC     TRY_TO_TIME
float   TC     TRY_TO_DOUBLE
number  TCCC   TRY_TO_NUMBER TRY_TO_DECIMAL TRY_TO_NUMERIC
timestamp TC   TRY_TO_TIMESTAMP_NTZ
zoned   TC     TRY_TO_TIMESTAMP_LTZ TRY_TO_TIMESTAMP_TZ
boolean BB     BOOLAND BOOLOR BOOLXOR
boolean B      BOOLNOT BOOLAND_AGG BOOLOR_AGG
boolean B*     AND OR XOR NOT
boolean A      IS GROUPING
count   A*     COUNT APPROX_COUNT_DISTINCT APPROXIMATE_COUNT_DISTINCT HLL GROUPING_ID
count   B      COUNT_IF
first   A      MIN MAX ANY_VALUE MODE
first   AA     MIN_BY MAX_BY
count   A      ROW_NUMBER RANK DENSE_RANK
count   C      NTILE
float   A      PERCENT_RANK CUME_DIST
first   A      FIRST_VALUE LAST_VALUE
first   AC     NTH_VALUE FIRST LAST PREV NEXT
first   A      PRIOR CONNECT_BY_ROOT
date    C      CURRENT_DATE
zoned   C      CURRENT_TIMESTAMP LOCALTIMESTAMP GETDATE SYSDATE
time    C      CURRENT_TIME LOCALTIME
text    C      CURRENT_ACCOUNT CURRENT_ACCOUNT_NAME CURRENT_DATABASE CURRENT_ROLE CURRENT_SCHEMA CURRENT_USER CURRENT_WAREHOUSE
text    C      CURRENT_VERSION CURRENT_SESSION CURRENT_REGION
number  C      SEQ1 SEQ2 SEQ4 SEQ8 RANDOM NEXTVAL
float   C      PI
text    C      UUID_STRING
`

const rules = new Map<string, Rule>()
for (const line of total.trim().split('\n')) {
  const [returns = '', slots = '', ...names] = line.trim().split(/\s+/)
  const rule = signature(slots, returnTypes[returns]!)
  for (const name of names) rules.set(name, rule)
}

const everyOperand: Rule = (operands) => ({ type: unknownType, failing: operands })
const digitsOf = ({ type }: Value): readonly [whole: number, scale: number] | null =>
  type.family === 'number' && typeof type.precision === 'number' && typeof type.scale === 'number'
    ? [type.precision - type.scale, type.scale]
    : null

const isNumeric = ({ type }: Value): boolean => taken.N.has(type.family)
const notNumeric = (operands: readonly Value[]): readonly Value[] =>
  operands.filter((operand) => !isNumeric(operand))

/** Sums and products of numbers, which overflow beyond 38 digits. Source: Snowflake, Arithmetic operators. */
const arithmetic =
  (
    digits: (l1: number, s1: number, l2: number, s2: number) => readonly [whole: number, scale: number],
  ): Rule =>
  (operands) => {
    const [left, right] = operands
    if (left === undefined || right === undefined) return everyOperand(operands)
    const [first, second] = [digitsOf(left), digitsOf(right)]
    if (first === null || second === null) {
      const isFloat =
        [left, right].every(isNumeric) && [left, right].some(({ type }) => type.family === 'float')
      return { type: isFloat ? floatType : unknownType, failing: operands }
    }
    const [whole, scale] = digits(...first, ...second)
    return whole + scale <= 38
      ? { type: numberType(whole + scale, scale), failing: [] }
      : { type: numberType(38, Math.min(scale, 37)), failing: operands }
  }

const sum = arithmetic((l1, s1, l2, s2) => [Math.max(l1, l2) + 1, Math.max(s1, s2)])
const product = arithmetic((l1, s1, l2, s2) => [l1 + l2, Math.min(s1 + s2, Math.max(s1, s2, 12))])

/** A difference of two dates is a number of days. */
const difference: Rule = (operands) =>
  operands.length === 2 && operands.every(({ type }) => type.family === 'date')
    ? { type: numberType(9, 0), failing: [] }
    : operands.length === 1
      ? { type: operands[0]!.type, failing: notNumeric(operands) }
      : sum(operands)

/** A division fails by its divisor alone, where that is no constant other than zero. */
const quotient: Rule = (operands) => {
  const [left, right] = operands
  if (left === undefined || right === undefined) return everyOperand(operands)
  const isSafe = typeof right.literal === 'number' && right.literal !== 0
  const { type, fits: isWithin } = quotientType(left, right)
  const failing = isWithin && isNumeric(left) ? [] : [left]
  return { type, failing: isSafe ? failing : [...failing, right] }
}

/** Source: Snowflake, Arithmetic operators, "Division". */
const quotientType = (left: Value, right: Value): { readonly type: SqlType; readonly fits: boolean } => {
  const [first, second] = [digitsOf(left), digitsOf(right)]
  if (first === null || second === null)
    return { type: [left, right].every(isNumeric) ? floatType : unknownType, fits: false }
  const scale = Math.max(first[1], Math.min(first[1] + 6, 12))
  const digits = first[0] + second[1] + scale
  return { type: numberType(Math.min(38, digits), scale), fits: digits <= 38 }
}

/** The same without a division by zero. */
const quotientOrZero: Rule = (operands) => {
  const [left, right] = operands
  if (left === undefined || right === undefined || operands.length > 2) return everyOperand(operands)
  const { type, fits: isWithin } = quotientType(left, right)
  return { type, failing: isWithin ? notNumeric(operands) : operands }
}

/** A comparison converts a text that meets another family, which fails for some texts. */
const comparison: Rule = (operands) => {
  const failing = new Set<Value>()
  const [first, ...others] = operands
  for (const other of others) {
    if (first === undefined || areComparable(first.type, other.type)) continue
    for (const [operand, met] of [
      [first, other],
      [other, first],
    ] as const)
      if (!isSettled(operand, met) && !literalFits(operand.literal, met.type)) failing.add(operand)
  }
  return { type: booleanType, failing: [...failing] }
}

/** Of two operands that meet, a number or a date stays what it is, and the other one is converted. */
const isSettled = (operand: Value, other: Value): boolean => {
  const { family } = operand.type
  return (
    family !== 'text' &&
    family !== 'variant' &&
    family !== 'unknown' &&
    (other.type.family === 'text' || other.type.family === 'null')
  )
}

/** What joins values of several operands in one column: those that are converted on the way may fail. */
const joined: Rule = (operands) => joinValues(operands)

export const joinValues = (operands: readonly Value[]): CallOutcome => {
  const type = commonType(operands.map((operand) => operand.type))
  return {
    type,
    failing: operands.filter(
      (operand) => convert(operand.type, type) === 'may-fail' && !literalFits(operand.literal, type),
    ),
  }
}

const converted =
  (to: SqlType): Rule =>
  ([operand, ...settings]) =>
    operand === undefined
      ? everyOperand([])
      : {
          type: to,
          failing: [
            ...(convert(operand.type, to) === 'may-fail' && !literalFits(operand.literal, to)
              ? [operand]
              : []),
            ...settings.filter(({ isConstant }) => !isConstant),
          ],
        }

/** TO_NUMBER(x, precision, scale): a text is always converted, a number only where its digits fit. */
const toNumber: Rule = (operands) => {
  const [operand, ...settings] = operands
  const digits = settings.map(({ literal }) => (typeof literal === 'number' ? literal : null))
  if (operand === undefined || digits.includes(null)) return { type: unknownType, failing: operands }
  const [precision = 38, scale = 0] = digits as number[]
  return converted(numberType(precision, scale))(operands)
}

/** How long a text may become that is put together from others. More than this many stored texts may exceed 128 MB. */
const GROWTH = 1_000
const growthOf = ({ type, literal }: Value): number =>
  typeof literal === 'string' ? Math.ceil(literal.length / 10_000) : (type.growth ?? 1)

const grown = (growth: number, operands: readonly Value[]): CallOutcome =>
  growth <= GROWTH
    ? { type: { ...textType, growth }, failing: operands.filter((operand) => !fits('T', operand)) }
    : { type: { ...textType, growth: GROWTH }, failing: operands }

const concatenation: Rule = (operands) =>
  grown(
    operands.reduce((growth, operand) => growth + growthOf(operand), 0),
    operands,
  )

/** REPEAT, and LPAD and RPAD to a length: as often as a constant says. */
const repeated =
  (times: (count: number, text: number) => number): Rule =>
  (operands) => {
    const [text, count, ...rest] = operands
    if (text === undefined || typeof count?.literal !== 'number') return everyOperand(operands)
    const result = grown(times(count.literal, growthOf(text)), [text, ...rest])
    return result
  }

const like: Rule = ([subject, pattern, escaping]) => ({
  type: booleanType,
  failing: [subject, pattern].filter(
    (operand) =>
      operand !== undefined && (!fits('T', operand) || (escaping !== undefined && !pattern!.isConstant)),
  ) as Value[],
})

/** Units of a difference that always fits: all of Snowflake's years hold fewer than 10 to the 12 seconds. */
const wideUnits = new Set(['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR', 'MINUTE', 'SECOND'])
const dateDifference: Rule = (operands) => {
  const [unit, ...dates] = operands
  const isWide =
    typeof unit?.literal === 'string' && wideUnits.has(unit.literal.toUpperCase().replace(/S$/, ''))
  return {
    type: numberType(9, 0),
    failing: isWide ? dates.filter((operand) => !fits('D', operand)) : dates,
  }
}

const distinctKeys: Rule = (operands) => {
  const keys = operands.filter((_, index) => index % 2 === 0)
  const written = keys.map(({ literal }) => literal)
  const isSafe = written.every((key) => typeof key === 'string') && new Set(written).size === written.length
  return { type: objectType, failing: isSafe ? [] : keys }
}

/** Sums over many rows have up to 12 digits more. An average has the digits of its operand, and six more after the point. */
const aggregateOf =
  (widest: number, result: (operand: Value) => SqlType): Rule =>
  (operands) => {
    const [operand] = operands
    if (operand === undefined) return everyOperand(operands)
    const { family, precision } = operand.type
    const isSafe =
      family === 'boolean' ||
      family === 'null' ||
      (family === 'number' && typeof precision === 'number' && precision <= widest)
    return { type: result(operand), failing: isSafe ? [] : operands }
  }

const lag: Rule = (operands) => {
  const [value, offset, fallback] = operands
  if (value === undefined) return everyOperand(operands)
  const isOffset = offset === undefined || offset.isConstant
  const converts = fallback !== undefined && convert(fallback.type, value.type) === 'may-fail'
  return { type: value.type, failing: [...(isOffset ? [] : [offset]), ...(converts ? [fallback] : [])] }
}

/** Any measure of the middle of a group: numbers, at a constant place. */
const percentile: Rule = (operands) => ({
  type: floatType,
  failing: operands.filter((operand) => !isNumeric(operand)),
})

const rounded: Rule = ([operand, ...settings]) => {
  if (operand === undefined) return everyOperand([])
  const digits = digitsOf(operand)
  return {
    type: digits === null ? operand.type : numberType(Math.min(38, digits[0] + digits[1] + 1), digits[1]),
    failing: [
      ...(isNumeric(operand) && (digits === null || digits[0] + digits[1] < 38 || digits[1] === 0)
        ? []
        : [operand]),
      ...settings.filter(({ isConstant }) => !isConstant),
    ],
  }
}

const truncatedDate: Rule = (operands) => {
  const [first, second] = operands
  const [unit, date] = first?.isConstant === true ? [first, second] : [second, first]
  if (unit === undefined || date === undefined) return everyOperand(operands)
  return { type: date.type, failing: unit.isConstant && fits('D', date) ? [] : operands }
}

const truncated: Rule = (operands) =>
  operands[0]?.type.family === 'date' || operands[0]?.type.family === 'timestamp'
    ? truncatedDate(operands)
    : signature('NC', 'first')(operands)

const conditional: Rule = ([condition, ...branches]) => {
  const { type, failing } = joinValues(branches)
  return {
    type,
    failing: [...(condition === undefined || fits('B', condition) ? [] : [condition]), ...failing],
  }
}

const nullIf: Rule = (operands) => ({
  type: operands[0]?.type ?? unknownType,
  failing: comparison(operands).failing,
})

for (const [name, rule] of Object.entries<Rule>({
  '+': sum,
  '-': difference,
  '*': product,
  '/': quotient,
  '%': quotient,
  MOD: quotient,
  DIV0: quotientOrZero,
  DIV0NULL: quotientOrZero,
  '=': comparison,
  '<>': comparison,
  '<': comparison,
  '<=': comparison,
  '>': comparison,
  '>=': comparison,
  IN: comparison,
  BETWEEN: comparison,
  ANY: comparison,
  ALL: comparison,
  EQUAL_NULL: comparison,
  'IS DISTINCT FROM': comparison,
  NULLIF: nullIf,
  '||': concatenation,
  CONCAT: concatenation,
  CONCAT_WS: concatenation,
  REPEAT: repeated((count, text) => count * text),
  LPAD: repeated((count, text) => text + Math.ceil(count / 10_000)),
  RPAD: repeated((count, text) => text + Math.ceil(count / 10_000)),
  LIKE: like,
  ILIKE: like,
  COALESCE: joined,
  NVL: joined,
  IFNULL: joined,
  ZEROIFNULL: ([operand]) => ({
    type: operand?.type ?? unknownType,
    failing: operand === undefined ? [] : notNumeric([operand]),
  }),
  NULLIFZERO: ([operand]) => ({
    type: operand?.type ?? unknownType,
    failing: operand === undefined ? [] : notNumeric([operand]),
  }),
  GREATEST: joined,
  LEAST: joined,
  GREATEST_IGNORE_NULLS: joined,
  LEAST_IGNORE_NULLS: joined,
  UNION: joined,
  VALUES: joined,
  UNPIVOT: joined,
  CASE: joined,
  IFF: conditional,
  NVL2: ([, ...branches]) => joinValues(branches),
  TO_VARCHAR: converted(textType),
  TO_CHAR: converted(textType),
  TO_NUMBER: toNumber,
  TO_DECIMAL: toNumber,
  TO_NUMERIC: toNumber,
  TO_DOUBLE: converted(floatType),
  TO_BOOLEAN: converted(booleanType),
  TO_DATE: converted(dateType),
  DATE: converted(dateType),
  TO_TIME: converted(timeType),
  TIME: converted(timeType),
  TO_TIMESTAMP_NTZ: converted(timestampType),
  TO_TIMESTAMP_LTZ: converted(zonedTimestampType),
  TO_TIMESTAMP_TZ: converted(zonedTimestampType),
  TO_VARIANT: converted(variantType),
  DATEDIFF: dateDifference,
  TIMEDIFF: dateDifference,
  TIMESTAMPDIFF: dateDifference,
  AGE: dateDifference,
  DATE_TRUNC: truncatedDate,
  TRUNC: truncated,
  ROUND: rounded,
  OBJECT_CONSTRUCT: distinctKeys,
  OBJECT_CONSTRUCT_KEEP_NULL: distinctKeys,
  SUM: aggregateOf(26, ({ type }) => numberType((type.precision ?? 1) + 12, type.scale ?? 0)),
  AVG: aggregateOf(20, ({ type }) => numberType((type.precision ?? 1) + 6, (type.scale ?? 0) + 6)),
  MEDIAN: percentile,
  PERCENTILE_CONT: percentile,
  PERCENTILE_DISC: percentile,
  LAG: lag,
  LEAD: lag,
}))
  rules.set(name, rule)

/** `:` and `[…]` out of a semi-structured value, by constant keys. */
rules.set(':', signature('VC*', variantType))

/**
 * What a function or operator gives by the types of its operands, and which of them decide whether it fails. A function
 * that is not known here may fail by each.
 */
export const callOutcome = (name: string, operands: readonly Value[]): CallOutcome =>
  (rules.get(name) ?? everyOperand)(operands)
