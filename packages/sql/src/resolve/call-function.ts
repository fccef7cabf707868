import { callOutcome } from '../functions/function-table.ts'
import { convert, fidelityOf } from '../types/conversion.ts'
import { numberType } from '../types/sql-type.ts'
import { chooseBranch } from './case.ts'
import { compared, compute, derived, joined, mayFail, mixed, presenceDecides } from './compute.ts'
import {
  chooseAmongThrough,
  convertThrough,
  countPresent,
  countThrough,
  deriveThrough,
  type Lineage,
  mergeLineages,
  passThrough,
  presenceThrough,
} from './lineage.ts'
import { skip } from './operator.ts'
import type { Scope } from './scope.ts'
import { constantOf, isPresentAsStored, nullConstant, storedColumn, type Value } from './value.ts'

type Call = (operands: readonly Value[], scope: Scope, name: string) => Value

/** The result is the value of the first operand, of this row or of another; the others choose it. */
const firstOperand: Call = (operands, scope, name) => {
  const [value, ...others] = operands
  const lineage = mergeLineages([
    ...(value === undefined ? [] : [passThrough(value.lineage, name)]),
    derived(others, name),
  ])
  return compute(name, operands, scope, lineage)
}

/** With one operand the result is its value; a format, a precision or a default makes it another one. */
const singleOperand: Call = (operands, scope, name) =>
  operands.length === 1 ? firstOperand(operands, scope, name) : compute(name, operands, scope)

/** A third operand stands for rows that are not there: a value of the writer's choice. */
const ofAnotherRow: Call = (operands, scope, name) =>
  operands.length <= 2 ? firstOperand(operands, scope, name) : compute(name, operands, scope)

/** A conversion gives the value back where the type holds all of it and no format is asked for. */
const conversion: Call = (operands, scope, name) => {
  const outcome = callOutcome(name, operands)
  const [value, ...settings] = operands
  const isSame =
    value !== undefined &&
    convert(value.type, outcome.type) === 'same' &&
    settings.every(({ literal }) => typeof literal === 'number')
  if (!isSame) return compute(name, operands, scope, undefined, outcome)
  const kept = convertThrough(value.lineage, fidelityOf(value.type, outcome.type))
  return compute(name, operands, scope, passThrough(kept, name), outcome)
}

/** The first operand that is not NULL. Whether a stored value is NULL is public. */
const firstPresent: Call = (operands, scope, name) => {
  const { lineage, outcome } = joined(operands, name)
  presenceDecides(name, operands, [...operands.slice(1), ...outcome.failing.map(mayFail)], scope)
  return compute(name, operands, scope, passThrough(lineage, name), outcome)
}

const ifElse: Call = (operands, scope, name) => {
  const [condition, yes, no] = operands
  return operands.length === 3
    ? chooseBranch(name, [condition!], [yes!, no!], scope)
    : compute(name, operands, scope)
}

const ifPresent: Call = (operands, scope, name) => {
  const [tested, yes, no] = operands
  if (operands.length !== 3) return compute(name, operands, scope)
  const condition = compute('IS', [tested!], scope, presenceThrough(tested!.lineage, 'IS'))
  return chooseBranch(name, [condition], [yes!, no!], scope)
}

/** DECODE(x, search, result, …, default), which also finds NULL equal to NULL. */
const decode: Call = (operands, scope, name) => {
  const [tested, ...rest] = operands
  if (tested === undefined || rest.length < 2) return compute(name, operands, scope)
  const pairs = Math.floor(rest.length / 2)
  const conditions = Array.from({ length: pairs }, (_, index) => {
    const searched = rest[index * 2]!
    return compute('EQUAL_NULL', [tested, searched], scope, compared([tested, searched], 'EQUAL_NULL'))
  })
  const results = Array.from({ length: pairs }, (_, index) => rest[index * 2 + 1]!)
  return chooseBranch(
    name,
    conditions,
    [...results, rest.length % 2 === 1 ? rest.at(-1)! : nullConstant],
    scope,
  )
}

const zeroIfNull: Call = (operands, scope, name) => {
  const [value] = operands
  if (value === undefined) return compute(name, operands, scope)
  return compute(name, operands, scope, mixed([value, constantOf(numberType(1, 0), 0)], name))
}

/** The operands are compared: for equality, or to choose the largest or smallest of them. */
const comparison: Call = (operands, scope, name) => compute(name, operands, scope, compared(operands, name))

/** The functions beside AND and OR, whose operands may be skipped just so. */
const connective: Call = (operands, scope, name) => {
  skip(name, operands, scope)
  return compute(name, operands, scope)
}

const calls = new Map<string, Call>()
const listed = (call: Call, names: string) => {
  for (const name of names.split(/\s+/)) calls.set(name, call)
}
listed(singleOperand, 'MIN MAX ANY_VALUE MODE FIRST_VALUE LAST_VALUE')
listed(ofAnotherRow, 'LAG LEAD')
listed(firstOperand, 'NTH_VALUE FIRST LAST PREV NEXT MIN_BY MAX_BY')
listed(
  conversion,
  `TO_VARCHAR TO_CHAR TO_NUMBER TO_DECIMAL TO_NUMERIC TO_DOUBLE TO_DATE DATE TO_TIMESTAMP_NTZ TO_BOOLEAN TO_TIME TIME`,
)
listed(firstPresent, 'COALESCE NVL IFNULL')
listed(ifElse, 'IFF')
listed(ifPresent, 'NVL2')
listed(decode, 'DECODE')
listed(zeroIfNull, 'ZEROIFNULL')
listed(comparison, 'EQUAL_NULL NULLIF GREATEST LEAST GREATEST_IGNORE_NULLS LEAST_IGNORE_NULLS')
listed(connective, 'BOOLAND BOOLOR BOOLXOR')

/** Aggregates that are above 0 where every row is. */
const folding = new Set(['SUM', 'AVG', 'MIN', 'MAX'])
const distinctCounts = new Set(['APPROX_COUNT_DISTINCT', 'APPROXIMATE_COUNT_DISTINCT', 'HLL'])

/** A call of a built-in function by its operands. */
export const callFunction = (
  name: string,
  operands: readonly Value[],
  { isDistinct }: { readonly isDistinct: boolean },
  scope: Scope,
): Value => {
  if (name === 'COUNT' || distinctCounts.has(name)) return count(name, operands, isDistinct, scope)
  const effective = nameOfCall(name, operands)
  if (effective !== name) return compute(effective, operands, scope, undefined, callOutcome(name, operands))
  const given =
    name === 'MODE' || ((name === 'MIN' || name === 'MAX') && operands[0]?.type.family === 'text')
      ? operands.map((operand) => ({ ...operand, lineage: chooseAmongThrough(operand.lineage, name) }))
      : operands
  const value = (calls.get(name) ?? ((values) => compute(name, values, scope)))(given, scope, name)
  if (folding.has(name) && operands[0]?.neverZero === 'above') return { ...value, neverZero: 'above' }
  if (name === 'NULLIF' && operands[1]?.literal === 0) return { ...value, neverZero: 'either-side' }
  // Without its repeated values an aggregate tells which of them are equal.
  return isDistinct ? { ...value, lineage: deriveThrough(value.lineage, 'DISTINCT') } : value
}

const count = (name: string, operands: readonly Value[], isDistinct: boolean, scope: Scope): Value => {
  const lineage: Lineage = mergeLineages(
    operands.map((operand) =>
      name === 'COUNT' && !isDistinct && isPresentAsStored(operand)
        ? countPresent(operand.lineage, name)
        : countThrough(operand.lineage, name, { isDistinct: isDistinct || distinctCounts.has(name) }),
    ),
  )
  const value = compute(name, operands, scope, lineage)
  return name === 'COUNT' && operands.length === 0 && scope.hasRows ? { ...value, neverZero: 'above' } : value
}

const differences = new Set(['DATEDIFF', 'TIMESTAMPDIFF', 'TIMEDIFF'])
/**
 * The name that a policy knows a call by. `AGE` is full years from a stored date to the present day, which nobody can turn
 * into another question by choosing the other date.
 */
export const nameOfCall = (name: string, operands: readonly Value[]): string => {
  if (!differences.has(name)) return name
  return isAge(operands) ? 'AGE' : isStay(operands) ? 'STAY' : name
}

/** Days from one stored date to another of the same table. Of another row of it they are known by what joins the rows. */
const isStay = ([unit, from, to]: readonly Value[]): boolean => {
  if (typeof unit?.literal !== 'string' || !/^(?:DAYS?|D|DD|DAYOFMONTH)$/i.test(unit.literal)) return false
  const [start, end] = [from, to].map((value) => (value === undefined ? null : storedColumn(value)))
  return !!start && !!end && start !== end && start.table === end.table
}

const isAge = ([unit, from, to]: readonly Value[]): boolean =>
  typeof unit?.literal === 'string' &&
  /^(?:YEARS?|Y{1,4}|YRS?)$/i.test(unit.literal) &&
  from !== undefined &&
  to?.isPresentDay === true &&
  [...from.lineage.values()].every(
    ({ via, chosen, against }) => via === 'value' && !chosen && against.size === 0,
  )
