import { unsupported } from '../snowflake-error.ts'
import { fixed, maximumBinaryLength, maximumTextLength, type SnowType } from './snow-type.ts'

const texts = new Set(['VARCHAR', 'TEXT', 'STRING', 'NVARCHAR', 'NVARCHAR2', 'CHAR VARYING', 'NCHAR VARYING'])
const characters = new Set(['CHAR', 'CHARACTER', 'NCHAR'])
const decimals = new Set(['NUMBER', 'DECIMAL', 'NUMERIC', 'DEC'])
const integers = new Set(['INT', 'INTEGER', 'BIGINT', 'SMALLINT', 'TINYINT', 'BYTEINT'])
const reals = new Set(['FLOAT', 'FLOAT4', 'FLOAT8', 'DOUBLE', 'DOUBLE PRECISION', 'REAL'])
const moments: Readonly<Record<string, 'time' | 'timestamp_ntz' | 'timestamp_ltz' | 'timestamp_tz'>> = {
  TIME: 'time',
  DATETIME: 'timestamp_ntz',
  TIMESTAMP: 'timestamp_ntz',
  TIMESTAMP_NTZ: 'timestamp_ntz',
  TIMESTAMPNTZ: 'timestamp_ntz',
  'TIMESTAMP WITHOUT TIME ZONE': 'timestamp_ntz',
  TIMESTAMP_LTZ: 'timestamp_ltz',
  TIMESTAMPLTZ: 'timestamp_ltz',
  'TIMESTAMP WITH LOCAL TIME ZONE': 'timestamp_ltz',
  TIMESTAMP_TZ: 'timestamp_tz',
  TIMESTAMPTZ: 'timestamp_tz',
  'TIMESTAMP WITH TIME ZONE': 'timestamp_tz',
}

/**
 * Reads a data type as it is written in Snowflake SQL: `NUMBER(10, 2)`, `varchar`, `timestamp_ltz(3)`.
 *
 * Snowflake: every integer name is NUMBER(38,0), CHAR without a length is one character, every float is 64 bit.
 */
export const parseType = (source: string): SnowType => {
  const match = /^\s*([A-Za-z_][A-Za-z0-9_ ]*?)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$/.exec(source)
  const name = match?.[1]?.toUpperCase().replace(/\s+/g, ' ') ?? ''
  const first = match?.[2] === undefined ? null : Number(match[2])
  const second = match?.[3] === undefined ? null : Number(match[3])
  if (decimals.has(name)) {
    if ((first ?? 38) < 1 || (first ?? 38) > 38 || (second ?? 0) > 37) throw unsupported(`type ${name}`)
    return fixed(first ?? 38, second ?? 0)
  }
  if (integers.has(name)) return fixed()
  if (reals.has(name)) return { kind: 'real' }
  if (texts.has(name)) return { kind: 'text', length: first ?? maximumTextLength }
  if (characters.has(name)) return { kind: 'text', length: first ?? 1 }
  if (name === 'BINARY' || name === 'VARBINARY')
    return { kind: 'binary', length: first ?? maximumBinaryLength }
  if (name === 'BOOLEAN') return { kind: 'boolean' }
  if (name === 'DATE') return { kind: 'date' }
  if (name === 'VARIANT') return { kind: 'variant' }
  if (name === 'OBJECT') return { kind: 'object' }
  if (name === 'ARRAY') return { kind: 'array' }
  const moment = moments[name]
  if (moment) return { kind: moment, scale: Math.min(first ?? 9, 9) }
  throw unsupported(`type ${name || 'of this form'}`)
}
