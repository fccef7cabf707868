import { nullType, type SqlType, typesEqual, unknownType } from '../types/sql-type.ts'
import { type BaseColumn, valueFlow } from './flow.ts'
import { type Lineage, lineagesEqual, mergeLineages, noLineage } from './lineage.ts'

/** What is known of the value of an expression. Never changed once made. */
export interface Value {
  readonly type: SqlType
  readonly lineage: Lineage
  /** Whether the text alone fixes it: a literal, a bind, a session variable, or something computed from those. */
  readonly isConstant: boolean
  /** The literal itself, where the expression is one. */
  readonly literal?: string | number
  /** Whether computing it fails for some rows, whoever's they are. */
  readonly mayFail: boolean
  /** Whether, if it fails, it does so only by a bind that pins a column and is no number. */
  readonly failsByPin?: true
  /** Whether it is the present date or moment, which nobody chooses. */
  readonly isPresentDay?: boolean
  /** Whether it is NULL exactly where one of the stored columns that it comes from is. */
  readonly isNullAsStored?: true
  /** A number that is never 0, and whether it is above 0 in every row, so that sums of it are too. */
  readonly neverZero?: 'above' | 'either-side'
}

export const constantOf = (type: SqlType, literal?: string | number): Value => ({
  type,
  lineage: noLineage,
  isConstant: true,
  mayFail: false,
  ...(literal !== undefined && { literal }),
})

/** A value of a type that the text does not tell, such as a bind. */
export const unknownConstant = constantOf(unknownType)
export const nullConstant = constantOf(nullType)

/** A value that comes from no column and is no constant either: the present date, a random number. */
export const rootless = (type: SqlType): Value => ({
  type,
  lineage: noLineage,
  isConstant: false,
  mayFail: false,
})

export const isNull = ({ type }: Value): boolean => type.family === 'null'

export const valuesEqual = (left: Value, right: Value): boolean =>
  left.mayFail === right.mayFail &&
  typesEqual(left.type, right.type) &&
  lineagesEqual(left.lineage, right.lineage)

/** The stored column that a value is, unchanged and alone; null for anything else. */
export const storedColumn = ({ lineage }: Value): BaseColumn | null => {
  if (lineage.size !== 1) return null
  for (const [column, flow] of lineage) if (flow === valueFlow) return column
  return null
}

/** Whether the presence of a value tells the presence of stored values alone, which is public. */
export const isPresentAsStored = (value: Value): boolean =>
  value.isNullAsStored === true || storedColumn(value) !== null

/** One value that is any of several, of which the text does not tell which. */
export const eitherOf = (values: readonly Value[]): Value => {
  const [first, ...others] = values
  if (first === undefined || others.length === 0) return first ?? nullConstant
  return {
    type: others.every(({ type }) => typesEqual(type, first.type)) ? first.type : unknownType,
    lineage: mergeLineages(values.map(({ lineage }) => lineage)),
    isConstant: values.every(({ isConstant }) => isConstant),
    mayFail: values.some(({ mayFail }) => mayFail),
  }
}
