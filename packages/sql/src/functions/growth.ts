import type { Value } from '../resolve/value.ts'
import { familySet } from '../types/sql-type.ts'
import type { CallOutcome } from './signature.ts'

/** How long a value may become that is put together from others. More than this many stored ones may exceed 128 MB. */
const GROWTH = 1_000

const growing = familySet('text', 'array', 'object', 'variant', 'binary')

/** How many stored values long a value may be: none where its type has a length of its own. */
export const growthOf = ({ type, literal }: Value): number => {
  if (typeof literal === 'string') return Math.ceil(literal.length / 10_000)
  return growing.has(type.family) ? (type.growth ?? 1) : 0
}

export const totalGrowth = (operands: readonly Value[]): number =>
  Math.max(
    1,
    operands.reduce((growth, operand) => growth + growthOf(operand), 0),
  )

/** The outcome of putting the operands together: too long a result is an error, which the operands decide. */
export const limitGrowth = (
  growth: number,
  operands: readonly Value[],
  { type, failing }: CallOutcome,
): CallOutcome =>
  growth <= GROWTH
    ? { type: { ...type, growth }, failing }
    : { type: { ...type, growth: GROWTH }, failing: operands }

/** Functions whose results are short, whatever they are given. */
const short = new Set(
  `MD5 MD5_HEX SHA1 SHA1_HEX SHA2 SHA2_HEX MD5_BINARY SHA1_BINARY SHA2_BINARY SOUNDEX SOUNDEX_P123 DAYNAME MONTHNAME
  TYPEOF CHECK_JSON`.split(/\s+/),
)

/** What a function gives back may be as long as the longest of its operands. */
export const keepGrowth = (name: string, operands: readonly Value[], outcome: CallOutcome): CallOutcome => {
  const { type } = outcome
  if (!growing.has(type.family) || short.has(name)) return outcome
  const longest = Math.max(type.growth ?? 1, ...operands.map(growthOf))
  return longest === (type.growth ?? 1) ? outcome : { ...outcome, type: { ...type, growth: longest } }
}
