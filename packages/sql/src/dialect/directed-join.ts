import type { ReadConstruct } from './read-construct.ts'
import type { TokenReader } from './token-reader.ts'

const SIDES = new Set(['LEFT', 'RIGHT', 'FULL'])
const OTHER_KINDS = new Set(['INNER', 'CROSS'])

/**
 * `LEFT DIRECTED JOIN`: the table on the left is read first. It changes no result. Without a kind of join before it, DIRECTED
 * may be the alias of a table. Source: Snowflake, JOIN.
 */
export const readDirectedJoin: ReadConstruct = (at, reader) =>
  reader.word(at + 1) === 'JOIN' && isKindOfJoin(at - 1, reader) ? [reader.blank(at, at + 1)] : []

const isKindOfJoin = (at: number, reader: TokenReader): boolean => {
  const side = reader.word(at) === 'OUTER' ? at - 1 : at
  return SIDES.has(reader.word(side)) || OTHER_KINDS.has(reader.word(at))
}
