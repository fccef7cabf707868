import type { Value } from '../resolve/value.ts'
import { familySet, type SqlType, type TypeFamily, unknownType } from '../types/sql-type.ts'

/** What a call gives, and which of its operands decide whether it fails. */
export interface CallOutcome {
  readonly type: SqlType
  /** Operands whose values may make it fail. Empty where it gives a result for every value. */
  readonly failing: readonly Value[]
  /** Whether it fails where an operand is NULL. */
  readonly failsOnNull?: boolean
}

/**
 * What a place in a call takes without ever failing.
 *
 * `T` a text, or what has a text form; `N` a number; `I` a whole number that an integer holds; `D` a date, timestamp or
 * time; `B` a boolean; `V` a semi-structured value, `L` an array and `O` an object alone; `A` anything; `C` a constant
 * only. A constant in another place is converted whatever the rows hold.
 */
export type Slot = 'T' | 'N' | 'I' | 'D' | 'B' | 'V' | 'L' | 'O' | 'A' | 'C'

const taken: Readonly<Record<Exclude<Slot, 'A' | 'C' | 'I'>, ReadonlySet<TypeFamily>>> = {
  T: familySet(
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
  N: familySet('number', 'float', 'boolean', 'null'),
  D: familySet('date', 'timestamp', 'timestamp-zoned', 'time', 'null'),
  B: familySet('boolean', 'number', 'null'),
  V: familySet('variant', 'array', 'object', 'null'),
  L: familySet('array', 'null'),
  O: familySet('object', 'null'),
}

/** Whether an operand stands in its place without a conversion that fails for some values. */
export const fits = (slot: Slot | undefined, operand: Value): boolean => {
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
  if (type.family === 'number' && type.scale === 0 && type.most !== undefined) return type.most < 2e9
  return (
    type.family === 'number' && typeof type.precision === 'number' && type.precision - (type.scale ?? 0) <= 9
  )
}

export type Rule = (operands: readonly Value[]) => CallOutcome

/**
 * The type of what a function makes of its first operand, where that is of the kind that the function takes. NULL and what is
 * converted give another type than their own.
 */
export const typeOfFirst = (slot: Slot | undefined, operand: Value | undefined): SqlType => {
  const type = operand?.type ?? unknownType
  if (slot === 'A' || slot === 'T') return type
  return type.family === 'null' || (slot === 'N' && type.family !== 'number' && type.family !== 'float')
    ? unknownType
    : type
}

/** A signature: slots, of which the last repeats after `*`. Operands beyond them may fail. */
export const signature = (slots: string, returns: SqlType | 'first'): Rule => {
  const repeats = slots.endsWith('*')
  const places = [...slots.replace('*', '')] as Slot[]
  const slotAt = (index: number) => places[index] ?? (repeats ? places.at(-1) : undefined)
  return (operands) => ({
    type: returns === 'first' ? typeOfFirst(places[0], operands[0]) : returns,
    failing: operands.filter((operand, index) => !fits(slotAt(index), operand)),
  })
}

/** Of a function of which nothing is known: each operand may make it fail. */
export const everyOperand: Rule = (operands) => ({ type: unknownType, failing: operands })
