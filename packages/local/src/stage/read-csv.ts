import { SnowflakeError } from '../snowflake-error.ts'
import type { FileFormat } from './file-format.ts'

type Field = string | null

const malformed = (code: string, text: string, record: number) =>
  new SnowflakeError(code, '22000', `${text}\n  Row ${record} of a staged file`)

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', 0: '\0' }

/** Snowflake: ESCAPE_UNENCLOSED_FIELD is a backslash unless it is set. */
const unescapeField = (field: string): string =>
  field.includes('\\') ? field.replace(/\\([\s\S])/g, (_, next: string) => escapes[next] ?? next) : field

/** The records of a CSV text. @throws SnowflakeError 100066 for what stands behind an enclosed field, 100068 without its end */
export const readCsv = (text: string, format: FileFormat): Field[][] => {
  const { fieldDelimiter, enclosedBy, nullIf, emptyFieldAsNull, trimSpace } = format
  const records: Field[][] = []
  const unenclosed = (raw: string): Field => {
    const field = trimSpace ? raw.trim() : raw
    if (nullIf.includes(field) || (field === '' && emptyFieldAsNull)) return null
    return unescapeField(field)
  }
  let record: Field[] = []
  let index = 0
  while (index < text.length) {
    if (enclosedBy !== null && text[index] === enclosedBy) {
      const { value, end } = readEnclosed(text, index, enclosedBy, records.length + 1)
      record.push(nullIf.includes(value) ? null : value)
      index = end
    } else {
      const end = endOfField(text, index, fieldDelimiter)
      const raw = text.slice(index, end)
      const isLast = text[end] !== fieldDelimiter
      record.push(unenclosed(isLast && raw.endsWith('\r') ? raw.slice(0, -1) : raw))
      index = end
    }
    if (text[index] === fieldDelimiter) {
      index++
      if (index < text.length) continue
      record.push(unenclosed(''))
    } else if (index < text.length) {
      const ending = /^(?:\r\n|\n)/.exec(text.slice(index, index + 2))
      if (!ending)
        throw malformed(
          '100066',
          'Found a character instead of a field delimiter behind an enclosed field',
          records.length + 1,
        )
      index += ending[0].length
    }
    records.push(record)
    record = []
  }
  return records.slice(format.skipHeader)
}

const endOfField = (text: string, start: number, delimiter: string): number => {
  for (let index = start; index < text.length; index++) {
    const character = text[index]
    if (character === '\\') index++
    else if (character === delimiter || character === '\n') return index
  }
  return text.length
}

const readEnclosed = (text: string, start: number, quote: string, record: number) => {
  let value = ''
  let from = start + 1
  for (;;) {
    const end = text.indexOf(quote, from)
    if (end === -1)
      throw malformed('100068', 'End of record reached while expected to parse an enclosed field', record)
    value += text.slice(from, end)
    if (text[end + 1] !== quote) return { value, end: end + 1 }
    value += quote
    from = end + 2
  }
}

/** Checks that every record has a field for each column. @throws SnowflakeError 100080 */
export const checkFieldCount = (
  records: readonly Field[][],
  columns: number,
  { mustMatchColumnCount }: FileFormat,
): Field[][] =>
  records.map((record, index) => {
    if (record.length === columns) return record
    if (mustMatchColumnCount)
      throw malformed(
        '100080',
        `Number of columns in file (${record.length}) does not match that of the corresponding table (${columns}), ` +
          'use file format option error_on_column_count_mismatch=false to ignore this error',
        index + 1,
      )
    return Array.from({ length: columns }, (_, column) => record[column] ?? null)
  })
