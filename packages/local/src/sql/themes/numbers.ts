import { boolean, fixed, real, type SnowType } from '../../dictionary/snow-type.ts'
import { unsupported } from '../../snowflake-error.ts'
import type { Binder } from '../binder.ts'
import { type FunctionCall, type FunctionRule, type Rewritten, rewritten } from '../function-rule.ts'
import { call, numberLiteral, numberOf, type SyntaxNode } from '../syntax-tree.ts'
import { castTo, castValue } from './casts.ts'
import { asNumber } from './variants.ts'

/** Snowflake: a quotient has six more digits after the point than the dividend, at most twelve. */
const quotientType = (left: SnowType | null, right: SnowType | null): SnowType | null => {
  if (left?.kind !== 'fixed' || right?.kind !== 'fixed') return left && right ? real : null
  return fixed(38, Math.max(left.scale, Math.min(left.scale + 6, 12)))
}

const divide = (name: string, left: unknown, right: unknown, type: SnowType | null): Rewritten => {
  const quotient = call(name, left, right)
  return type?.kind === 'fixed' ? castTo(quotient, type) : { node: quotient, type }
}

/** Division by zero is an error in Snowflake, and NULL in DuckDB. */
export const rewriteDivision = (binder: Binder, kind: string, payload: SyntaxNode): Rewritten => {
  const [leftType, rightType] = [binder.typeOf(payload.left), binder.typeOf(payload.right)]
  const left = asNumber(payload.left, leftType)
  const right = asNumber(payload.right, rightType)
  if (kind === 'mod')
    return { node: call('snow_mod', left, right), type: leftType?.kind === 'fixed' ? leftType : null }
  return divide('snow_divide', left, right, quotientType(leftType, rightType))
}

const conversion =
  (attempt: boolean, target: (call: FunctionCall) => SnowType): FunctionRule =>
  (read) => {
    const [value] = read.args
    if (!value) throw unsupported(`${read.name} without a value`)
    return castValue(value, read.types[0] ?? null, target(read), attempt)
  }

const decimalTarget = ({ name, args }: FunctionCall): SnowType => {
  const sizes = args.slice(1).map((arg) => numberOf(arg))
  if (sizes.some((size) => size === null)) throw unsupported(`${name} with a format`)
  return fixed(sizes[0] ? Number(sizes[0]) : 38, sizes[1] ? Number(sizes[1]) : 0)
}

const digits: FunctionRule = ({ name, args, types: [type] }) => {
  if (type?.kind !== 'fixed') return null
  const places = args[1] === undefined ? 0 : Number(numberOf(args[1]) ?? Number.NaN)
  if (Number.isNaN(places)) return null
  const scale = Math.min(type.scale, Math.max(0, places))
  const value = rewritten(null, name === 'TRUNCATE' ? 'TRUNC' : name, ...args).node
  return name === 'ROUND' ? { node: value, type: fixed(Math.min(38, type.precision + 1), scale) } : null
}

export const numberRules: Readonly<Record<string, FunctionRule>> = {
  TO_NUMBER: conversion(false, decimalTarget),
  TO_DECIMAL: conversion(false, decimalTarget),
  TO_NUMERIC: conversion(false, decimalTarget),
  TRY_TO_NUMBER: conversion(true, decimalTarget),
  TRY_TO_DECIMAL: conversion(true, decimalTarget),
  TRY_TO_NUMERIC: conversion(true, decimalTarget),
  TO_DOUBLE: conversion(false, () => real),
  TRY_TO_DOUBLE: conversion(true, () => real),
  TO_BOOLEAN: conversion(false, () => boolean),
  TRY_TO_BOOLEAN: conversion(true, () => boolean),
  ROUND: digits,
  DIV0: ({ args: [left, right], types: [l, r] }) =>
    divide('snow_div0', left, right, quotientType(l ?? null, r ?? null)),
  DIV0NULL: ({ args: [left, right], types: [l, r] }) =>
    divide('snow_div0', left, call('COALESCE', right, numberLiteral(0)), quotientType(l ?? null, r ?? null)),
  ZEROIFNULL: ({ args: [value], types: [type] }) =>
    rewritten(type ?? null, 'COALESCE', value, numberLiteral(0)),
  NULLIFZERO: ({ args: [value], types: [type] }) =>
    rewritten(type ?? null, 'NULLIF', value, numberLiteral(0)),
  MOD: ({ args: [left, right], types: [type] }) => rewritten(type ?? null, 'snow_mod', left, right),
  APPROX_PERCENTILE: ({ args }) => rewritten(real, 'snow_approx_percentile', ...args),
  WIDTH_BUCKET: ({ args }) => rewritten(fixed(), 'snow_width_bucket', ...args),
  SQUARE: ({ args: [value] }) => rewritten(real, 'snow_square', value),
}
