/** A Snowflake data type with everything that a driver is told about it. */
export type SnowType =
  | { readonly kind: 'fixed'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'text' | 'binary'; readonly length: number }
  | { readonly kind: 'time' | 'timestamp_ntz' | 'timestamp_ltz' | 'timestamp_tz'; readonly scale: number }
  | { readonly kind: 'real' | 'boolean' | 'date' | 'variant' | 'object' | 'array' }

export const maximumTextLength = 16_777_216
export const maximumBinaryLength = 8_388_608

export const fixed = (precision = 38, scale = 0): SnowType => ({ kind: 'fixed', precision, scale })
export const text = (length = maximumTextLength): SnowType => ({ kind: 'text', length })
export const real: SnowType = { kind: 'real' }
export const boolean: SnowType = { kind: 'boolean' }
export const date: SnowType = { kind: 'date' }
export const variant: SnowType = { kind: 'variant' }
export const timestampNtz: SnowType = { kind: 'timestamp_ntz', scale: 9 }
export const timestampLtz: SnowType = { kind: 'timestamp_ltz', scale: 9 }

export const isSemiStructured = (type: SnowType | null): boolean =>
  type?.kind === 'variant' || type?.kind === 'object' || type?.kind === 'array'

/** The DuckDB type that holds a Snowflake type. A zoned timestamp keeps its offset, in minutes, beside the instant. */
export const physicalType = (type: SnowType): string => {
  switch (type.kind) {
    case 'fixed':
      return `DECIMAL(${type.precision},${type.scale})`
    case 'real':
      return 'DOUBLE'
    case 'text':
      return 'VARCHAR'
    case 'binary':
      return 'BLOB'
    case 'boolean':
      return 'BOOLEAN'
    case 'date':
      return 'DATE'
    case 'time':
      return 'TIME'
    case 'timestamp_ntz':
      return 'TIMESTAMP'
    case 'timestamp_ltz':
      return 'TIMESTAMPTZ'
    case 'timestamp_tz':
      return 'STRUCT(instant TIMESTAMP, zone SMALLINT)'
    case 'variant':
    case 'object':
    case 'array':
      return 'JSON'
    default:
      throw type satisfies never
  }
}

/** The type as INFORMATION_SCHEMA.COLUMNS.DATA_TYPE names it. */
export const dataTypeName = (type: SnowType): string =>
  ({
    fixed: 'NUMBER',
    real: 'FLOAT',
    text: 'TEXT',
    binary: 'BINARY',
    boolean: 'BOOLEAN',
    date: 'DATE',
    time: 'TIME',
    timestamp_ntz: 'TIMESTAMP_NTZ',
    timestamp_ltz: 'TIMESTAMP_LTZ',
    timestamp_tz: 'TIMESTAMP_TZ',
    variant: 'VARIANT',
    object: 'OBJECT',
    array: 'ARRAY',
  })[type.kind]

/** The type as DESCRIBE TABLE prints it. */
export const declaredType = (type: SnowType): string => {
  switch (type.kind) {
    case 'fixed':
      return `NUMBER(${type.precision},${type.scale})`
    case 'text':
      return `VARCHAR(${type.length})`
    case 'binary':
      return `BINARY(${type.length})`
    case 'time':
    case 'timestamp_ntz':
    case 'timestamp_ltz':
    case 'timestamp_tz':
      return `${dataTypeName(type)}(${type.scale})`
    case 'real':
    case 'boolean':
    case 'date':
    case 'variant':
    case 'object':
    case 'array':
      return dataTypeName(type)
    default:
      throw type satisfies never
  }
}
