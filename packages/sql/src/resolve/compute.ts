import type { ColumnName } from '@snowfence/core'
import { callOutcome, joinValues } from '../functions/function-table.ts'
import { keepGrowth } from '../functions/growth.ts'
import { isProven } from '../functions/proven-constant.ts'
import type { CallOutcome } from '../functions/signature.ts'
import { commonType } from '../types/common-type.ts'
import { fidelityOf } from '../types/conversion.ts'
import { booleanType, type SqlType } from '../types/sql-type.ts'
import {
  type Counterpart,
  convertThrough,
  deriveFrom,
  deriveInZone,
  type Lineage,
  meet,
  mergeLineages,
  mixRows,
  passThrough,
  presenceThrough,
} from './lineage.ts'
import type { Scope } from './scope.ts'
import { isNull, isPresentAsStored, nullConstant, type Value } from './value.ts'

export const counterpartOf = ({ lineage, isConstant }: Value): Counterpart => ({
  lineage,
  isChosen: isConstant,
})

const lineagesOf = (values: readonly Value[]): readonly Lineage[] => values.map(({ lineage }) => lineage)

/** Every column of the operands, through a function that makes another value of them. */
export const derived = (values: readonly Value[], name: string): Lineage =>
  deriveFrom(lineagesOf(values), name)

/**
 * A value that becomes one of another type by itself. Within one family nothing is rounded off; an unknown type is one that
 * nobody wrote.
 */
const becoming = (value: Value, to: SqlType): Value =>
  to.family === 'unknown' || to.family === value.type.family
    ? value
    : { ...value, lineage: convertThrough(value.lineage, fidelityOf(value.type, to)) }

/** A value that becomes a boolean by itself: of a number only whether it is 0 is left. */
export const asCondition = (value: Value): Value =>
  value.type.family === 'boolean' ? value : becoming(value, booleanType)

/** Values that are compared, in the type that they are compared in. Of a number beside a boolean little is left. */
export const comparable = (values: readonly Value[]): readonly Value[] => {
  const isLogical = values.some(({ type }) => type.family === 'boolean')
  const common = commonType(values.map(({ type }) => type))
  return values.map((value) => (isLogical ? asCondition(value) : becoming(value, common)))
}

/** The same for a comparison, in which each operand meets the others. */
export const compared = (values: readonly Value[], name: string): Lineage =>
  deriveFrom(meet(comparable(values).map(counterpartOf)), name)

/**
 * Values of several operands in one column. A NULL among them is no value of the writer's choice, but which rows it takes
 * is: what is left is no longer the column by itself.
 */
export const mixed = (values: readonly Value[], name: string): Lineage => {
  const present = values.filter((value) => !isNull(value))
  const lineage = mixRows(present.map(counterpartOf), name)
  return present.length < values.length ? passThrough(lineage, name) : lineage
}

/**
 * Values that become one of a common type. A value that is converted on the way is no longer the value that it was.
 */
export const joined = (
  values: readonly Value[],
  name: string,
): { readonly lineage: Lineage; readonly outcome: CallOutcome } => {
  const outcome = joinValues(values)
  const { type, failing } = outcome
  const converted = values.map((value) =>
    failing.includes(value) || (!isNull(value) && value.type.family !== type.family)
      ? { ...value, lineage: derived([becoming(value, type)], name) }
      : becoming(value, type),
  )
  return { lineage: mixed(converted, name), outcome }
}

/**
 * The value that a function or operator gives. Records what is computed and what decides whether it fails, whether or not
 * anything reads the result.
 *
 * @param lineage - where the result comes from, if not from a computation over all operands
 */
export const compute = (
  name: string,
  operands: readonly Value[],
  scope: Scope,
  lineage: Lineage = derived(operands, name),
  outcome?: CallOutcome,
): Value => {
  const { findings } = scope.context
  const {
    type,
    failing,
    failsOnNull = false,
  } = outcome === undefined ? callOutcome(name, operands) : keepGrowth(name, operands, outcome)
  // A branch computes its constants too, and only where its condition holds.
  const isUnproven = operands.some((operand) => operand.isConstant && !isProven(name, operand))
  const fails = isUnproven || failsOnNull || failing.length > 0
  const inZone = readsZone(type, operands) ? deriveInZone(lineage) : lineage
  findings.compute(inZone)
  const dividesBy = name === '/' ? numberOfValues(failing) : []
  if (failing.length > 0) findings.fail(name, derived(failing, name), dividesBy)
  // Most functions of NULL are NULL, whatever the others are: where an operand is NULL they do not fail.
  if (fails) {
    const others = failsOnNull ? operands : operands.filter((operand) => !failing.includes(operand))
    presenceDecides(name, others, [mayFail(nullConstant)], scope, dividesBy)
    if (!failing.some(({ lineage: part }) => tellsValues(part))) findings.failAlone()
  }
  return {
    type,
    lineage: inZone,
    isConstant: operands.length > 0 && operands.every(({ isConstant }) => isConstant),
    mayFail: fails || operands.some((operand) => operand.mayFail),
    ...(!fails && strict.has(name) && operands.every(isNullAsStored) && { isNullAsStored: true }),
  }
}

/** Functions that give NULL where an operand is NULL, and nowhere else. */
const strict: ReadonlySet<string> = new Set(
  `AGE STAY DATEDIFF TIMEDIFF TIMESTAMPDIFF YEAR QUARTER MONTH WEEK DAY DAYOFMONTH DAYOFWEEK DAYOFYEAR HOUR MINUTE SECOND
  DATE_TRUNC LAST_DAY DAYNAME MONTHNAME UPPER LOWER INITCAP LENGTH LEN REVERSE MD5 SHA1 SHA2 ABS SIGN FLOOR CEIL ROUND || +
  - *`.split(/\s+/),
)

/** A constant that is written out, and the present day, are never NULL. */
const isNullAsStored = (value: Value): boolean =>
  isPresentAsStored(value) || value.literal !== undefined || value.isPresentDay === true

/** Whether a part of a moment is read, which hangs on the time zone of the session. */
const readsZone = ({ family }: SqlType, operands: readonly Value[]): boolean =>
  family !== 'boolean' &&
  operands.some(({ type, lineage }) => type.family === 'timestamp-zoned' && lineage.size > 0)

/** Whether more than a number of rows is in it. */
const tellsValues = (lineage: Lineage): boolean => [...lineage.values()].some(({ via }) => via !== 'count')

/** A value whose conversion fails for some rows. */
export const mayFail = (value: Value): Value => ({ ...value, mayFail: true })

/**
 * Conditions decide whether something else is computed at all, so where that may fail its failure tells of them.
 * No order of evaluation is relied on: Snowflake may compute an operand of AND before another, or not at all.
 */
export const decides = (
  name: string,
  conditions: readonly Value[],
  branches: readonly Value[],
  scope: Scope,
  how: { readonly byPin: boolean } = { byPin: false },
): void => {
  if (branches.some(({ mayFail }) => mayFail))
    scope.context.findings.decide(name, derived(conditions, name), how)
}

/** The same for the presence of values: of a stored value it is public, of a computed one it is not. */
export const presenceDecides = (
  name: string,
  conditions: readonly Value[],
  branches: readonly Value[],
  scope: Scope,
  dividesBy: readonly ColumnName[] = [],
): void => {
  if (!branches.some(({ mayFail }) => mayFail)) return
  const presence = presenceThrough(mergeLineages(lineagesOf(conditions)), name)
  scope.context.findings.decide(name, presence, { dividesBy })
}

/** The columns of which each operand is the number of different values; none where one of them is something else. */
const numberOfValues = (operands: readonly Value[]): readonly ColumnName[] => {
  const flows = operands.flatMap(({ lineage }) => [...lineage])
  const isNumber = flows.every(
    ([, { via, functions }]) => via === 'distinct' && functions.size === 1 && functions.has('COUNT DISTINCT'),
  )
  return isNumber ? flows.map(([{ name }]) => name).sort() : []
}
