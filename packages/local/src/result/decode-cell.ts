import type { SnowType } from '../dictionary/snow-type.ts'
import { unsupported } from '../snowflake-error.ts'

const momentText = (cell: string): string => {
  const [whole = '0', fraction = ''] = cell.split('.')
  const date = new Date(Number(whole) * 1000)
  if (cell.startsWith('-') && Number(fraction) > 0) throw unsupported('RESULT_SCAN of this moment')
  return `${date.toISOString().slice(0, 19)}.${fraction.slice(0, 6).padEnd(6, '0')}`
}

/** A cell of a result as the text that DuckDB casts back to its type: the opposite of encoding. */
export const decodeCell = (cell: string | null, type: SnowType): string | null => {
  if (cell === null) return null
  switch (type.kind) {
    case 'boolean':
      return cell === '1' ? 'true' : 'false'
    case 'date':
      return new Date(Number(cell) * 86_400_000).toISOString().slice(0, 10)
    case 'time':
      return momentText(cell).slice(11)
    case 'timestamp_ntz':
      return momentText(cell)
    case 'timestamp_ltz':
      return `${momentText(cell)}+00`
    case 'binary':
    case 'timestamp_tz':
      throw unsupported('RESULT_SCAN of this type')
    case 'fixed':
    case 'real':
    case 'text':
    case 'variant':
    case 'object':
    case 'array':
      return cell
    default:
      throw type satisfies never
  }
}
