import type { SnowType } from '../dictionary/snow-type.ts'
import type { EncodedRow } from '../result/result-set.ts'
import { unsupported } from '../snowflake-error.ts'
import type { FileFormat } from './file-format.ts'

const day = 86_400_000

const twoDigits = (value: number) => String(value).padStart(2, '0')

/** `YYYY-MM-DD HH24:MI:SS.FF3` of an instant, on the wall clock of an offset in minutes. */
const timestampText = (seconds: string, offsetMinutes: number): string => {
  const milliseconds = Math.floor(Number(seconds) * 1000 + 1e-6)
  return new Date(milliseconds + offsetMinutes * 60_000).toISOString().slice(0, 23).replace('T', ' ')
}

const offsetText = (minutes: number): string =>
  `${minutes < 0 ? '-' : '+'}${twoDigits(Math.floor(Math.abs(minutes) / 60))}${twoDigits(Math.abs(minutes) % 60)}`

/** A cell as an unloaded file shows it: Snowflake's output formats of a new session. */
const cellText = (cell: string, type: SnowType, timeZone: string): string => {
  switch (type.kind) {
    case 'fixed':
    case 'real':
    case 'text':
    case 'variant':
    case 'object':
    case 'array':
    case 'binary':
      return cell
    case 'boolean':
      return cell === '1' ? 'true' : 'false'
    case 'date':
      return new Date(Number(cell) * day).toISOString().slice(0, 10)
    case 'time':
      return timestampText(cell, 0).slice(11, 19)
    case 'timestamp_ntz':
      return timestampText(cell, 0)
    case 'timestamp_ltz':
      if (timeZone !== 'UTC') throw unsupported('unloading TIMESTAMP_LTZ in a time zone other than UTC')
      return `${timestampText(cell, 0)} +0000`
    case 'timestamp_tz': {
      const [seconds = '', zone = '1440'] = cell.split(' ')
      const offset = Number(zone) - 1440
      return `${timestampText(seconds, offset)} ${offsetText(offset)}`
    }
    default:
      throw type satisfies never
  }
}

const textual = new Set<SnowType['kind']>(['text', 'variant', 'object', 'array', 'binary'])

const writeField = (cell: string | null, type: SnowType, format: FileFormat, timeZone: string): string => {
  if (cell === null) return format.nullIf[0] ?? ''
  const text = cellText(cell, type, timeZone)
  const { enclosedBy, fieldDelimiter } = format
  if (enclosedBy !== null)
    return textual.has(type.kind)
      ? `${enclosedBy}${text.replaceAll(enclosedBy, enclosedBy + enclosedBy)}${enclosedBy}`
      : text
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll(fieldDelimiter, `\\${fieldDelimiter}`)
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
}

export interface UnloadColumn {
  readonly name: string
  readonly type: SnowType
}

/** Rows as a CSV text. Text is enclosed where the format says so, and escaped by a backslash where it does not. */
export const writeCsv = (
  columns: readonly UnloadColumn[],
  rows: readonly EncodedRow[],
  format: FileFormat,
  options: { readonly header: boolean; readonly timeZone: string },
): string => {
  const lines = rows.map((row) =>
    columns
      .map(({ type }, index) => writeField(row[index] ?? null, type, format, options.timeZone))
      .join(format.fieldDelimiter),
  )
  const header = columns.map(({ name }) =>
    writeField(name, { kind: 'text', length: name.length }, format, options.timeZone),
  )
  return [...(options.header ? [header.join(format.fieldDelimiter)] : []), ...lines]
    .map((line) => line + format.recordDelimiter)
    .join('')
}
