import { nullType, numberType, type SqlType, type TypeFamily, textType, unknownType } from './sql-type.ts'

/** Into which family Snowflake converts two others when they meet in one column, the first that is in either of them. */
const precedence: readonly TypeFamily[] = [
  'variant',
  'timestamp-zoned',
  'timestamp',
  'date',
  'time',
  'float',
  'number',
  'boolean',
  'object',
  'array',
  'binary',
  'text',
]

/**
 * The type of a column that holds values of several types: the branches of a CASE, the arms of a UNION, the rows of VALUES.
 * Where a text meets another family, the text is converted. Source: Snowflake, Data type conversion, "coercion".
 */
export const commonType = (types: readonly SqlType[]): SqlType => {
  let common: SqlType = nullType
  for (const type of types) common = merge(common, type)
  return common
}

const merge = (left: SqlType, right: SqlType): SqlType => {
  if (left.family === 'null') return right
  if (right.family === 'null') return left
  if (left.family === 'unknown' || right.family === 'unknown') return unknownType
  if (left.family === right.family) return mergeWithin(left, right)
  for (const family of precedence)
    if (left.family === family || right.family === family) {
      const [found, other] = left.family === family ? [left, right] : [right, left]
      return family === 'number' && other.family === 'text' ? mergeWithin(found, numberOfText) : found
    }
  return unknownType
}

/** The number that a text becomes by itself. Source: Snowflake, Data type conversion. */
const numberOfText = numberType(18, 5)

const mergeWithin = (left: SqlType, right: SqlType): SqlType => {
  if (left.family === 'text') {
    const lengths = [left.length, right.length]
    return {
      ...textType,
      length: lengths.every((length) => typeof length === 'number')
        ? Math.max(...(lengths as number[]))
        : null,
      growth: Math.max(left.growth ?? 1, right.growth ?? 1),
    }
  }
  if (left.family !== 'number') return (left.growth ?? 1) >= (right.growth ?? 1) ? left : right
  const { precision: p1, scale: s1 } = left
  const { precision: p2, scale: s2 } = right
  if (typeof p1 !== 'number' || typeof s1 !== 'number' || typeof p2 !== 'number' || typeof s2 !== 'number')
    return { family: 'number', precision: null, scale: null }
  const scale = Math.max(s1, s2)
  return { family: 'number', precision: Math.min(38, Math.max(p1 - s1, p2 - s2) + scale), scale }
}

const comparableGroups: readonly ReadonlySet<TypeFamily>[] = [
  new Set(['number', 'float', 'boolean']),
  new Set(['date', 'timestamp']),
]

/** Whether two values are compared without a conversion that fails for some of them. */
export const areComparable = (left: SqlType, right: SqlType): boolean => {
  if (left.family === 'null' || right.family === 'null') return true
  if (left.family === 'unknown' || left.family === 'variant') return false
  if (left.family === right.family) return true
  return comparableGroups.some((group) => group.has(left.family) && group.has(right.family))
}
