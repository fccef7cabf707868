import type { Value } from '../resolve/value.ts'
import { areComparable, commonType } from '../types/common-type.ts'
import { convert } from '../types/conversion.ts'
import { literalFits } from '../types/literal-fits.ts'
import {
  booleanType,
  dateType,
  floatType,
  integerType,
  numberType,
  objectType,
  type SqlType,
  textType,
  timestampType,
  timeType,
  unknownType,
  variantType,
  zonedTimestampType,
} from '../types/sql-type.ts'
import { growthOf, keepGrowth, limitGrowth, totalGrowth } from './growth.ts'
import {
  aggregateOf,
  difference,
  notNumeric,
  percentile,
  product,
  quotient,
  quotientOrZero,
  rounded,
  sum,
} from './number-rules.ts'
import { type CallOutcome, everyOperand, fits, type Rule, signature, typeOfFirst } from './signature.ts'
import { totalFunctions } from './total-functions.ts'

/** A comparison converts a text that meets another family, which fails for some texts. */
const comparison: Rule = (operands) => {
  const failing: Value[] = []
  const first = operands[0]!
  const fails = (operand: Value, met: Value): boolean =>
    !isSettled(operand, met) && !literalFits(operand.literal, met.type)
  for (let at = 1; at < operands.length; at += 1) {
    const other = operands[at]!
    if (areComparable(first.type, other.type)) continue
    if (failing[0] !== first && fails(first, other)) failing.unshift(first)
    if (fails(other, first)) failing.push(other)
  }
  return { type: booleanType, failing }
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

const grown = (growth: number, operands: readonly Value[]): CallOutcome =>
  limitGrowth(growth, operands, {
    type: textType,
    failing: operands.filter((operand) => !fits('T', operand)),
  })

const concatenation: Rule = (operands) => grown(totalGrowth(operands), operands)

/** REPEAT, and LPAD and RPAD to a length: as often as a constant says. */
const repeated =
  (times: (count: number, text: number) => number): Rule =>
  (operands) => {
    const [text, count, ...rest] = operands
    if (text === undefined || typeof count?.literal !== 'number') return everyOperand(operands)
    const result = grown(times(count.literal, growthOf(text)), [text, ...rest])
    return result
  }

/** Sizes of a digest in bits. Another one is an error for each text, and for NULL none. */
const digestSizes = new Set([0, 224, 256, 384, 512])
const digest: Rule = (operands) => {
  const size = operands[1]?.literal
  const isSize = operands.length === 1 || (typeof size === 'number' && digestSizes.has(size))
  return isSize ? signature('TC', textType)(operands) : everyOperand(operands)
}

/** Whether each escape character of a pattern stands before one that it may escape: another one is an error, but for NULL none. */
const isEscaped = (pattern: unknown, by: unknown): boolean => {
  if (typeof pattern !== 'string' || typeof by !== 'string' || [...by].length !== 1) return false
  const characters = [...pattern]
  for (let at = 0; at < characters.length; at += 1) {
    if (characters[at] !== by) continue
    at += 1
    const next = characters[at]
    if (next !== '%' && next !== '_' && next !== by) return false
  }
  return true
}

const like: Rule = (operands) => {
  const [subject, pattern, escaping] = operands
  if (escaping !== undefined && !isEscaped(pattern?.literal, escaping.literal))
    return { ...everyOperand(operands), type: booleanType }
  return {
    type: booleanType,
    failing: [subject, pattern].filter((operand) => operand !== undefined && !fits('T', operand)) as Value[],
  }
}

/** How many digits a difference has at most, by its unit: Snowflake's years have five digits. */
const digitsByUnit: ReadonlyMap<string, number> = new Map([
  ...['YEAR', 'QUARTER', 'MONTH', 'WEEK', 'DAY', 'HOUR'].map((unit) => [unit, 9] as const),
  ['MINUTE', 11],
  ['SECOND', 13],
])
const dateDifference: Rule = (operands) => {
  const [unit, ...dates] = operands
  const digits =
    typeof unit?.literal === 'string'
      ? digitsByUnit.get(unit.literal.toUpperCase().replace(/S$/, ''))
      : undefined
  return digits === undefined
    ? { type: integerType, failing: dates }
    : { type: numberType(digits, 0), failing: dates.filter((operand) => !fits('D', operand)) }
}

/** DATE_PART(unit, date). Units since the epoch have up to 21 digits, every other one has nine. */
const datePart: Rule = (operands) => {
  const [unit] = operands
  const isSmall = typeof unit?.literal === 'string' && !/^epoch/i.test(unit.literal)
  return signature('CD', isSmall ? numberType(9, 0) : integerType)(operands)
}

const distinctKeys: Rule = (operands) => {
  const keys = operands.filter((_, index) => index % 2 === 0)
  const written = keys.map(({ literal }) => literal)
  const isSafe = written.every((key) => typeof key === 'string') && new Set(written).size === written.length
  return limitGrowth(totalGrowth(operands), operands, { type: objectType, failing: isSafe ? [] : keys })
}

const lag: Rule = (operands) => {
  const [value, offset, fallback] = operands
  if (value === undefined) return everyOperand(operands)
  const isOffset = offset === undefined || offset.isConstant
  const converts = fallback !== undefined && convert(fallback.type, value.type) === 'may-fail'
  return { type: value.type, failing: [...(isOffset ? [] : [offset]), ...(converts ? [fallback] : [])] }
}

const truncatedDate: Rule = (operands) => {
  const [first, second] = operands
  const [unit, date] = first?.isConstant === true ? [first, second] : [second, first]
  if (unit === undefined || date === undefined) return everyOperand(operands)
  return { type: typeOfFirst('D', date), failing: unit.isConstant && fits('D', date) ? [] : operands }
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

/** A function of the table of total functions, whose result is so many times as long as its operands. */
const growing =
  (name: string, times: (operands: readonly Value[]) => number): Rule =>
  (operands) =>
    limitGrowth(totalGrowth(operands) * times(operands), operands, totalFunctions.get(name)!(operands))

/** REGEXP_REPLACE(text, pattern, replacement) may put the replacement beside every character. */
const replacementLength = ([, , replacement]: readonly Value[]): number =>
  replacement === undefined
    ? 1
    : typeof replacement.literal === 'string'
      ? replacement.literal.length + 1
      : Number.POSITIVE_INFINITY

const nullIf: Rule = (operands) => ({
  type: operands[0]?.type ?? unknownType,
  failing: comparison(operands).failing,
})

const rules = new Map(totalFunctions)
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
  NULLIF: nullIf,
  '||': concatenation,
  CONCAT: concatenation,
  CONCAT_WS: concatenation,
  REPEAT: repeated((count, text) => count * text),
  LPAD: repeated((count, text) => text + Math.ceil(count / 10_000)),
  RPAD: repeated((count, text) => text + Math.ceil(count / 10_000)),
  SHA2: digest,
  SHA2_HEX: digest,
  LIKE: like,
  ILIKE: like,
  COALESCE: joinValues,
  NVL: joinValues,
  IFNULL: joinValues,
  ZEROIFNULL: ([operand]) => ({
    type: operand?.type ?? unknownType,
    failing: operand === undefined ? [] : notNumeric([operand]),
  }),
  NULLIFZERO: ([operand]) => ({
    type: operand?.type ?? unknownType,
    failing: operand === undefined ? [] : notNumeric([operand]),
  }),
  GREATEST: joinValues,
  LEAST: joinValues,
  GREATEST_IGNORE_NULLS: joinValues,
  LEAST_IGNORE_NULLS: joinValues,
  UNION: joinValues,
  VALUES: joinValues,
  UNPIVOT: joinValues,
  CASE: joinValues,
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
  STAY: dateDifference,
  DATE_PART: datePart,
  DATE_TRUNC: truncatedDate,
  TRUNC: truncated,
  ROUND: rounded,
  HEX_ENCODE: growing('HEX_ENCODE', () => 2),
  BASE64_ENCODE: growing('BASE64_ENCODE', () => 2),
  TO_JSON: growing('TO_JSON', () => 2),
  SPLIT: growing('SPLIT', () => 4),
  REPLACE: growing('REPLACE', replacementLength),
  REGEXP_REPLACE: growing('REGEXP_REPLACE', replacementLength),
  ARRAY_CONSTRUCT: growing('ARRAY_CONSTRUCT', () => 1),
  ARRAY_CONSTRUCT_COMPACT: growing('ARRAY_CONSTRUCT_COMPACT', () => 1),
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
  keepGrowth(name, operands, (rules.get(name) ?? everyOperand)(operands))
