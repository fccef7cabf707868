import type { MaskKind } from './mask.ts'

/** The families of Snowflake types that masks tell apart. */
export type TypeFamily = 'text' | 'number' | 'date' | 'boolean' | 'binary' | 'semi-structured' | 'other'

const families: Readonly<Record<string, TypeFamily>> = {
  TEXT: 'text',
  VARCHAR: 'text',
  CHAR: 'text',
  CHARACTER: 'text',
  NCHAR: 'text',
  NVARCHAR: 'text',
  NVARCHAR2: 'text',
  STRING: 'text',
  FIXED: 'number',
  NUMBER: 'number',
  NUMERIC: 'number',
  DECIMAL: 'number',
  DEC: 'number',
  INT: 'number',
  INTEGER: 'number',
  BIGINT: 'number',
  SMALLINT: 'number',
  TINYINT: 'number',
  BYTEINT: 'number',
  REAL: 'number',
  FLOAT: 'number',
  FLOAT4: 'number',
  FLOAT8: 'number',
  DOUBLE: 'number',
  'DOUBLE PRECISION': 'number',
  DECFLOAT: 'number',
  DATE: 'date',
  DATETIME: 'date',
  TIMESTAMP: 'date',
  TIMESTAMP_NTZ: 'date',
  TIMESTAMP_LTZ: 'date',
  TIMESTAMP_TZ: 'date',
  BOOLEAN: 'boolean',
  BINARY: 'binary',
  VARBINARY: 'binary',
  VARIANT: 'semi-structured',
  OBJECT: 'semi-structured',
  ARRAY: 'semi-structured',
  MAP: 'semi-structured',
  GEOGRAPHY: 'semi-structured',
  GEOMETRY: 'semi-structured',
}

/** The family of a Snowflake type as the catalogue or the driver writes it: any case, `(38,0)` ignored. */
export const typeFamilyOf = (type: string): TypeFamily =>
  families[(type.split('(', 1)[0] ?? '').trim().toUpperCase()] ?? 'other'

// VARIANT may hold any scalar, so a mask of scalars applies to it value by value; objects and arrays in it are
// withheld whole.
const applicable: Readonly<Record<MaskKind, readonly TypeFamily[] | 'all'>> = {
  withhold: 'all',
  redact: 'all',
  random: ['text', 'number', 'date', 'binary', 'semi-structured', 'other'],
  token: ['text', 'number', 'date', 'binary', 'semi-structured', 'other'],
  scrub: ['text', 'semi-structured'],
  partial: ['text', 'number', 'semi-structured', 'other'],
  format: ['text', 'number', 'semi-structured'],
  zip3: ['text', 'number', 'semi-structured'],
  year: ['text', 'number', 'date', 'semi-structured'],
  age: ['text', 'number', 'date', 'semi-structured'],
  bucket: ['text', 'number', 'semi-structured'],
  round: ['text', 'number', 'semi-structured'],
  'email-domain': ['text', 'semi-structured'],
}

/** Whether a mask can show anything of a column of this type. Where it cannot, every value is withheld. */
export const maskAppliesTo = (kind: MaskKind, type: string): boolean => {
  const types = applicable[kind]
  return types === 'all' || types.includes(typeFamilyOf(type))
}
