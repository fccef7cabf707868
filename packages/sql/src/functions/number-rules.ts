import type { Value } from '../resolve/value.ts'
import { floatType, numberType, type SqlType, unknownType } from '../types/sql-type.ts'
import { everyOperand, fits, type Rule, typeOfFirst } from './signature.ts'

const digitsOf = ({ type }: Value): readonly [whole: number, scale: number] | null =>
  type.family === 'number' && typeof type.precision === 'number' && typeof type.scale === 'number'
    ? [type.precision - type.scale, type.scale]
    : null

const isNumeric = (operand: Value): boolean => fits('N', operand)
export const notNumeric = (operands: readonly Value[]): readonly Value[] =>
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

/** How far a number is from 0 at most; null where nothing is known but its digits. */
const mostOf = ({ literal, type }: Value): number | null =>
  typeof literal === 'number' ? Math.abs(literal) : (type.most ?? null)

export const sum: Rule = (operands) => {
  const outcome = arithmetic((l1, s1, l2, s2) => [Math.max(l1, l2) + 1, Math.max(s1, s2)])(operands)
  const bounds = operands.map(mostOf)
  if (outcome.failing.length > 0 || bounds.includes(null)) return outcome
  return { ...outcome, type: { ...outcome.type, most: (bounds as number[]).reduce((a, b) => a + b, 0) } }
}
export const product = arithmetic((l1, s1, l2, s2) => [l1 + l2, Math.min(s1 + s2, Math.max(s1, s2, 12))])

/** A difference of two dates is a number of days. Of a date and NULL it is an error. */
export const difference: Rule = (operands) =>
  operands.length === 2 && operands.every(({ type }) => type.family === 'date')
    ? { type: numberType(9, 0), failing: [], failsOnNull: true }
    : operands.length === 1
      ? { type: typeOfFirst('N', operands[0]), failing: notNumeric(operands) }
      : sum(operands)

/** A division fails by its divisor alone, where that is no constant other than zero. */
export const quotient: Rule = (operands) => {
  const [left, right] = operands
  if (left === undefined || right === undefined) return everyOperand(operands)
  const isSafe = (typeof right.literal === 'number' && right.literal !== 0) || right.neverZero !== undefined
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
export const quotientOrZero: Rule = (operands) => {
  const [left, right] = operands
  if (left === undefined || right === undefined || operands.length > 2) return everyOperand(operands)
  const { type, fits: isWithin } = quotientType(left, right)
  return { type, failing: isWithin ? notNumeric(operands) : operands }
}

/** Sums over many rows have up to 12 digits more. An average has the digits of its operand, and six more after the point. */
export const aggregateOf =
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

/** Any measure of the middle of a group: numbers, at a constant place. */
export const percentile: Rule = (operands) => ({
  type: floatType,
  failing: operands.filter((operand) => !isNumeric(operand)),
})

export const rounded: Rule = ([operand, ...settings]) => {
  if (operand === undefined) return everyOperand([])
  const digits = digitsOf(operand)
  return {
    type:
      digits === null
        ? typeOfFirst('N', operand)
        : numberType(Math.min(38, digits[0] + digits[1] + 1), digits[1]),
    failing: [
      ...(isNumeric(operand) && (digits === null || digits[0] + digits[1] < 38 || digits[1] === 0)
        ? []
        : [operand]),
      ...settings.filter(({ isConstant }) => !isConstant),
    ],
  }
}
