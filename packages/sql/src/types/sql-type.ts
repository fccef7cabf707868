/** Kinds of Snowflake types that convert into each other in the same way. */
export type TypeFamily =
  | 'text'
  | 'number'
  | 'float'
  | 'boolean'
  | 'date'
  | 'timestamp'
  | 'timestamp-zoned'
  | 'time'
  | 'binary'
  | 'array'
  | 'object'
  | 'variant'
  | 'null'
  | 'unknown'

export const familySet = (...families: TypeFamily[]): ReadonlySet<TypeFamily> => new Set(families)

/**
 * The type of an expression, as far as it decides what can fail and which masks still fit.
 * A type that is not known is `unknown`, and every conversion of it may fail.
 */
export interface SqlType {
  readonly family: TypeFamily
  /** Text: the longest value in characters; null where the type does not say. */
  readonly length?: number | null
  /**
   * Texts and semi-structured values: how many stored ones long it may be. What grows without bound exceeds Snowflake's
   * 128 MB. Once when absent.
   */
  readonly growth?: number
  /**
   * Number: digits in all and digits after the point; null where the type does not say. Time and timestamp: digits of a
   * second, where they are written.
   */
  readonly precision?: number | null
  readonly scale?: number | null
  /** Number: the largest distance from 0, where it is known to be less than the digits allow. */
  readonly most?: number
}

const plain = (family: TypeFamily): SqlType => ({ family })

export const unknownType = plain('unknown')
export const nullType = plain('null')
export const booleanType = plain('boolean')
export const floatType = plain('float')
export const dateType = plain('date')
export const timestampType = plain('timestamp')
export const zonedTimestampType = plain('timestamp-zoned')
export const timeType = plain('time')
export const binaryType = plain('binary')
export const arrayType = plain('array')
export const objectType = plain('object')
export const variantType = plain('variant')
export const textType: SqlType = { family: 'text', length: null, growth: 1 }
/** Snowflake, Numeric data types: NUMBER without digits is NUMBER(38, 0). */
export const integerType: SqlType = { family: 'number', precision: 38, scale: 0 }

export const numberType = (precision: number, scale: number): SqlType => ({
  family: 'number',
  precision,
  scale,
})

const families: ReadonlyMap<string, SqlType> = new Map<string, SqlType>([
  ...['VARCHAR', 'TEXT', 'STRING', 'NVARCHAR', 'NVARCHAR2', 'CHAR VARYING', 'NCHAR VARYING'].map(
    (name): [string, SqlType] => [name, textType],
  ),
  ...['CHAR', 'CHARACTER', 'NCHAR'].map((name): [string, SqlType] => [name, { ...textType, length: 1 }]),
  ...[
    'NUMBER',
    'DECIMAL',
    'NUMERIC',
    'DEC',
    'INT',
    'INTEGER',
    'BIGINT',
    'SMALLINT',
    'TINYINT',
    'BYTEINT',
  ].map((name): [string, SqlType] => [name, integerType]),
  ...['FLOAT', 'FLOAT4', 'FLOAT8', 'DOUBLE', 'DOUBLE PRECISION', 'REAL'].map((name): [string, SqlType] => [
    name,
    floatType,
  ]),
  ['BOOLEAN', booleanType],
  ['DATE', dateType],
  ['TIME', timeType],
  ['DATETIME', timestampType],
  ['TIMESTAMP', unknownType],
  ['TIMESTAMP_NTZ', timestampType],
  ['TIMESTAMPNTZ', timestampType],
  ['TIMESTAMP_LTZ', zonedTimestampType],
  ['TIMESTAMPLTZ', zonedTimestampType],
  ['TIMESTAMP_TZ', zonedTimestampType],
  ['TIMESTAMPTZ', zonedTimestampType],
  ['BINARY', binaryType],
  ['VARBINARY', binaryType],
  ['VARIANT', variantType],
  ['ARRAY', arrayType],
  ['OBJECT', objectType],
])

/**
 * A type as SQL writes it: `NUMBER(12,2)`. TIMESTAMP alone is unknown, because a session setting decides what it means.
 * DECFLOAT, GEOGRAPHY, structured types and everything else that is not listed are unknown too.
 */
export const parseSqlType = (written: string): SqlType => {
  const match = /^\s*([A-Z0-9_ ]+?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$/i.exec(written)
  const found = match === null ? undefined : families.get(match[1]!.toUpperCase())
  if (match === null || found === undefined) return unknownType
  const [, , first, second] = match
  if (first === undefined) return found
  if (found.family === 'text') return { ...found, length: Number(first) }
  if (found.family === 'number') return numberType(Number(first), Number(second ?? 0))
  if (found.family === 'timestamp' || found.family === 'time') return { ...found, precision: Number(first) }
  return found
}

/** A type as a catalogue gives it, where digits may be missing although the column has some. */
export const catalogueType = (written: string): SqlType => {
  const type = parseSqlType(written)
  return type.family === 'number' && !written.includes('(')
    ? { family: 'number', precision: null, scale: null }
    : type
}

export const typesEqual = (left: SqlType, right: SqlType): boolean =>
  left === right ||
  (left.family === right.family &&
    left.length === right.length &&
    left.growth === right.growth &&
    left.precision === right.precision &&
    left.scale === right.scale)
