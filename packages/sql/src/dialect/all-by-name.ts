import type { ReadConstruct } from './read-construct.ts'

/** A column's name that no text can write: the strict lexer refuses the character. */
export const ALL_BY_NAME = '\0ALL BY NAME'

/**
 * `UPDATE ALL BY NAME` and `INSERT ALL BY NAME` of MERGE: every column of the target takes the source's column of its
 * name. Source: Snowflake, MERGE.
 */
export const readAllByName: ReadConstruct = (at, reader) => {
  const isByName =
    reader.word(at - 1) === 'THEN' &&
    reader.word(at + 1) === 'ALL' &&
    reader.word(at + 2) === 'BY' &&
    reader.word(at + 3) === 'NAME'
  if (!isByName) return []
  const instead = reader.word(at) === 'UPDATE' ? `SET "${ALL_BY_NAME}" = 0` : `("${ALL_BY_NAME}") VALUES (0)`
  return [{ from: at + 1, to: at + 4, instead }]
}
