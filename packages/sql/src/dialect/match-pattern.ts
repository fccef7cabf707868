import type { Edit } from './edit.ts'
import type { ReadConstruct } from './read-construct.ts'
import type { TokenReader } from './token-reader.ts'

/**
 * `PATTERN (^ a{2,3}? (b | {- c -})* PERMUTE(d, e) $)` of MATCH_RECOGNIZE: which rows match is decided by the
 * conditions of its symbols, so the symbols are all that has to be read. Source: Snowflake, MATCH_RECOGNIZE.
 */
export const readMatchPattern: ReadConstruct = (at, reader) => {
  const end = reader.closing(at + 1)
  if (reader.sign(at + 1) !== '(' || end < 0 || !isInMatchRecognize(at, reader)) return []
  const edits: Edit[] = []
  for (let index = at + 2; index < end; index += 1) {
    const isPermute = reader.word(index) === 'PERMUTE' && reader.sign(index + 1) === '('
    if (!reader.isName(index) || isPermute) edits.push(reader.blank(index, index + 1))
  }
  return edits
}

/** `FINAL LAST(x)` and `RUNNING LAST(x)`: from which part of the match the row is taken. */
export const readMeasureSemantics: ReadConstruct = (at, reader) =>
  reader.isName(at + 1) && reader.sign(at + 2) === '(' && isInMatchRecognize(at, reader)
    ? [reader.blank(at, at + 1)]
    : []

const isInMatchRecognize = (at: number, reader: TokenReader): boolean =>
  reader.word(reader.opening(at) - 1) === 'MATCH_RECOGNIZE'
