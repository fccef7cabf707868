import { typeWords } from '../lexer/keywords.ts'
import type { ReadConstruct } from './read-construct.ts'

/** Words that the parser takes for the type of a literal, some of which Snowflake does not know as types. */
export const namesOfTypes: ReadonlySet<string> = new Set([
  ...typeWords,
  ...'INTERVAL JSON JSONB BLOB CLOB BYTES BYTEA XML BIT STRUCT INT2 INT4 INT8 INT64 FLOAT64 BIGNUMERIC BIGDECIMAL'.split(
    ' ',
  ),
])

const BEFORE_A_PATH = new Set([':', '['])

/**
 * `json:a`, `date:b` and `array[0]` are paths into a column that is called like a type. The parser reads a literal of
 * that type, so the name is written in double quotes for it.
 */
export const readColumnNamedAsType: ReadConstruct = (at, reader) => {
  const before = reader.sign(at - 1)
  const isPath = BEFORE_A_PATH.has(reader.sign(at + 1)) && before !== '::' && before !== '.'
  // `CAST(x AS OBJECT)` ends the type with a bracket; an index or path never follows AS.
  if (!isPath || reader.word(at - 1) === 'AS') return []
  return [{ from: at, to: at + 1, instead: `"${reader.word(at)}"`, isName: true }]
}
