import { SnowflakeError, unsupported } from '../snowflake-error.ts'
import type { TokenReader } from '../statement/token-reader.ts'

/** How the bytes of staged files mean rows. Snowflake: CREATE FILE FORMAT, type CSV and JSON; these are its defaults. */
export interface FileFormat {
  readonly type: 'CSV' | 'JSON'
  readonly compression: 'AUTO' | 'GZIP' | 'NONE'
  readonly fieldDelimiter: string
  readonly recordDelimiter: '\n' | '\r\n'
  readonly enclosedBy: '"' | "'" | null
  readonly skipHeader: number
  readonly nullIf: readonly string[]
  readonly emptyFieldAsNull: boolean
  readonly trimSpace: boolean
  readonly mustMatchColumnCount: boolean
  readonly stripOuterArray: boolean
}

export const defaultFormat: FileFormat = {
  type: 'CSV',
  compression: 'AUTO',
  fieldDelimiter: ',',
  recordDelimiter: '\n',
  enclosedBy: null,
  skipHeader: 0,
  nullIf: ['\\N'],
  emptyFieldAsNull: true,
  trimSpace: false,
  mustMatchColumnCount: true,
  stripOuterArray: false,
}

const invalidOption = (name: string) =>
  new SnowflakeError('001014', '22023', `SQL compilation error:\ninvalid value for option '${name}'`)

const readBoolean = (reader: TokenReader, name: string): boolean => {
  const word = reader.advance().value.toUpperCase()
  if (word !== 'TRUE' && word !== 'FALSE') throw invalidOption(name)
  return word === 'TRUE'
}

const readText = (reader: TokenReader, name: string): string | null => {
  if (reader.take('NONE')) return null
  const text = reader.string()
  if (text === '') throw invalidOption(name)
  return text
}

const readWord = <T extends string>(reader: TokenReader, name: string, allowed: readonly T[]): T => {
  const word = reader.advance().value.toUpperCase()
  const found = allowed.find((candidate) => candidate === word)
  if (found === undefined) throw unsupported(`${name} = ${/^[A-Z0-9_]+$/.test(word) ? word : '…'}`)
  return found
}

const readTexts = (reader: TokenReader): string[] => {
  reader.expect('(')
  const texts: string[] = []
  while (!reader.take(')')) {
    texts.push(reader.string())
    reader.take(',')
  }
  return texts
}

const delimiter = (text: string | null): string => {
  if (text === null || [...text].length !== 1) throw unsupported('a field delimiter of this form')
  return text
}

const options: Readonly<Record<string, (reader: TokenReader, name: string) => Partial<FileFormat>>> = {
  COMPRESSION: (reader, name) => ({
    compression: readWord(reader, name, ['AUTO', 'GZIP', 'NONE']),
  }),
  FIELD_DELIMITER: (reader, name) => ({ fieldDelimiter: delimiter(readText(reader, name)) }),
  RECORD_DELIMITER: (reader, name) => {
    const text = readText(reader, name)
    if (text !== '\n' && text !== '\r\n') throw unsupported('a record delimiter of this form')
    return { recordDelimiter: text }
  },
  FIELD_OPTIONALLY_ENCLOSED_BY: (reader, name) => {
    const text = readText(reader, name)
    if (text !== null && text !== '"' && text !== "'") throw invalidOption(name)
    return { enclosedBy: text }
  },
  SKIP_HEADER: (reader, name) => {
    const text = reader.advance().text
    if (!/^\d{1,9}$/.test(text)) throw invalidOption(name)
    return { skipHeader: Number(text) }
  },
  NULL_IF: (reader) => ({ nullIf: readTexts(reader) }),
  EMPTY_FIELD_AS_NULL: (reader, name) => ({ emptyFieldAsNull: readBoolean(reader, name) }),
  TRIM_SPACE: (reader, name) => ({ trimSpace: readBoolean(reader, name) }),
  ERROR_ON_COLUMN_COUNT_MISMATCH: (reader, name) => ({ mustMatchColumnCount: readBoolean(reader, name) }),
  STRIP_OUTER_ARRAY: (reader, name) => ({ stripOuterArray: readBoolean(reader, name) }),
}

/** `( TYPE = CSV FIELD_DELIMITER = '|' … )` on top of a stage's own format. An option that is not known is an error. */
export const readFileFormat = (reader: TokenReader, base: FileFormat): FileFormat => {
  reader.expect('(')
  let format = base
  while (!reader.take(')')) {
    const name = reader.name()
    reader.expect('=')
    if (name === 'TYPE') {
      const type = readWord(reader, name, ['CSV', 'JSON'])
      // A format of another type starts from that type's defaults.
      format = type === format.type ? format : { ...defaultFormat, type }
    } else {
      const read = Object.hasOwn(options, name) ? options[name] : undefined
      if (!read) throw unsupported(`the file format option ${name}`)
      format = { ...format, ...read(reader, name) }
    }
    reader.take(',')
  }
  return format
}
