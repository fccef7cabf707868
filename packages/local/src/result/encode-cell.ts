import type { SnowType } from '../dictionary/snow-type.ts'
import type { EngineValue } from '../engine/duckdb.ts'
import { unsupported } from '../snowflake-error.ts'

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** Seconds with nine digits after the point, from microseconds: exact, also before 1970. */
const secondsText = (micros: bigint, scale: number): string => {
  const negative = micros < 0n
  const absolute = negative ? -micros : micros
  const fraction = `${String(absolute % 1_000_000n).padStart(6, '0')}000`.slice(0, scale)
  const text = `${absolute / 1_000_000n}${scale > 0 ? `.${fraction}` : ''}`
  return negative ? `-${text}` : text
}

const micros = (value: EngineValue): bigint => {
  if (isRecord(value) && typeof value.micros === 'bigint') return value.micros
  throw unsupported('a value of this kind')
}

const plainJson = (value: EngineValue): unknown => {
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value
  if (typeof value === 'bigint') return Number(value)
  if (isRecord(value) && Array.isArray(value.items))
    return value.items.map((item) => plainJson(item as EngineValue))
  if (typeof value !== 'string') return decimalOrText(value)
  return value
}

const decimalOrText = (value: EngineValue): unknown =>
  isRecord(value) && typeof value.scale === 'number' ? Number(String(value)) : String(value)

const realText = (value: number): string => {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf'
  return String(value)
}

/** One cell as Snowflake's JSON result format writes it: a text, or null. */
export const encodeCell = (value: EngineValue, type: SnowType): string | null => {
  if (value === null || value === undefined) return null
  switch (type.kind) {
    case 'fixed':
      return String(value)
    case 'real':
      return realText(Number(value))
    case 'text':
      return String(value)
    case 'boolean':
      return value ? '1' : '0'
    case 'date':
      if (isRecord(value) && typeof value.days === 'number') return String(value.days)
      throw unsupported('a date of this kind')
    case 'time':
    case 'timestamp_ntz':
    case 'timestamp_ltz':
      return secondsText(micros(value), type.scale)
    case 'timestamp_tz': {
      const entries = isRecord(value) && isRecord(value.entries) ? value.entries : {}
      const instant = secondsText(micros(entries.instant as EngineValue), type.scale)
      return `${instant} ${Number(entries.zone) + 1440}`
    }
    case 'binary':
      if (isRecord(value) && value.bytes instanceof Uint8Array)
        return Buffer.from(value.bytes).toString('hex').toUpperCase()
      throw unsupported('a binary value of this kind')
    case 'variant':
    case 'object':
    case 'array':
      return typeof value === 'string' ? value : JSON.stringify(plainJson(value))
    default:
      throw type satisfies never
  }
}
