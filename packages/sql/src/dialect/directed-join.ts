import type { ReadConstruct } from './read-construct.ts'

/** Words and signs after which a table's name stands, so that DIRECTED is that name. */
const BEFORE_A_TABLE = new Set(['FROM', 'JOIN', 'LATERAL', 'USING', 'INTO'])
const BEFORE_A_NAME = new Set([',', '(', '.'])

/** `LEFT DIRECTED JOIN`: the table on the left is read first. It changes no result. Source: Snowflake, JOIN. */
export const readDirectedJoin: ReadConstruct = (at, reader) => {
  const isTable = BEFORE_A_TABLE.has(reader.word(at - 1)) || BEFORE_A_NAME.has(reader.sign(at - 1))
  return reader.word(at + 1) === 'JOIN' && !isTable ? [reader.blank(at, at + 1)] : []
}
