import { SnowflakeError, unsupported } from '../snowflake-error.ts'
import { type FileFormat, readFileFormat } from '../stage/file-format.ts'
import { isStagedPath } from '../stage/staged-path.ts'
import type { TokenReader } from './token-reader.ts'

export interface CopyOptions {
  readonly format: FileFormat
  readonly files: readonly string[] | null
  readonly flags: ReadonlySet<string>
}

const invalidOption = (name: string) =>
  new SnowflakeError('001014', '22023', `SQL compilation error:\ninvalid value for option '${name}'`)

const readFlag = (reader: TokenReader, name: string): boolean => {
  const word = reader.advance().value.toUpperCase()
  if (word !== 'TRUE' && word !== 'FALSE') throw invalidOption(name)
  return word === 'TRUE'
}

const readFiles = (reader: TokenReader): string[] => {
  reader.expect('(')
  const files: string[] = []
  while (!reader.take(')')) {
    const path = reader.string()
    if (!isStagedPath(path)) throw invalidOption('FILES')
    files.push(path)
    reader.take(',')
  }
  return files
}

/** The options behind a COPY INTO: FILE_FORMAT, FILES, and what may be switched on. What is not known is an error. */
export const readCopyOptions = (
  reader: TokenReader,
  base: FileFormat,
  switches: readonly string[],
): CopyOptions => {
  let format = base
  let files: string[] | null = null
  const flags = new Set<string>()
  while (reader.next) {
    const name = reader.name()
    reader.expect('=')
    if (name === 'FILE_FORMAT') format = readFileFormat(reader, format)
    else if (name === 'FILES' && switches.includes(name)) files = readFiles(reader)
    else if (name === 'ON_ERROR' && switches.includes(name)) {
      const handling = reader.advance().value.toUpperCase()
      if (handling !== 'ABORT_STATEMENT') throw unsupported('COPY INTO that goes on after an error')
    } else if (switches.includes(name)) {
      if (readFlag(reader, name)) flags.add(name)
      else flags.delete(name)
    } else throw unsupported(`the option ${name} of COPY INTO`)
  }
  return { format, files, flags }
}
