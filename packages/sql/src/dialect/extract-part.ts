import { datePartWords } from '../lexer/keywords.ts'
import type { ReadConstruct } from './read-construct.ts'

/** `EXTRACT('year' FROM d)` is `EXTRACT(year FROM d)`. */
export const readExtractPart: ReadConstruct = (at, reader) => {
  const part = at + 2
  if (
    reader.sign(at + 1) !== '(' ||
    reader.tokens[part]?.kind !== 'string' ||
    reader.word(part + 1) !== 'FROM'
  )
    return []
  const word = reader.written(part).slice(1, -1)
  return datePartWords.has(word.toUpperCase()) ? [reader.blank(part, part + 1, word)] : []
}
