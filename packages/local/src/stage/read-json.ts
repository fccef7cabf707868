import { SnowflakeError } from '../snowflake-error.ts'
import type { FileFormat } from './file-format.ts'

const malformed = () => new SnowflakeError('100069', '22P02', 'Error parsing JSON in a staged file')

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    throw malformed()
  }
}

const isJson = (text: string): boolean => {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** The documents of a file: one, or one in each line. @throws SnowflakeError 100069 */
export const readJson = (text: string, { stripOuterArray }: FileFormat): string[] => {
  const written = isJson(text) ? [text] : text.split('\n').filter((line) => line.trim() !== '')
  return written.flatMap((document) => {
    const value = parse(document)
    if (stripOuterArray && Array.isArray(value)) return value.map((element) => JSON.stringify(element))
    return [document.trim()]
  })
}
