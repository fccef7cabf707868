import type { ReadConstruct } from './read-construct.ts'
import type { TokenReader } from './token-reader.ts'

/** The clauses of a SELECT before WINDOW, which tell whether a table still waits for its alias. */
const CLAUSES = new Set([
  'FROM',
  'JOIN',
  'ON',
  'USING',
  'WHERE',
  'GROUP',
  'HAVING',
  'QUALIFY',
  'MATCH_CONDITION',
])

/** A FROM clause of more tokens is left to the parser, so that looking back stays short. */
const MAX_TOKENS = 2_000

/**
 * `FROM t WINDOW w AS (…)`: the parser takes WINDOW as an alias of the table. A condition that is always true tells it
 * that the tables are at their end.
 */
export const readNamedWindow: ReadConstruct = (at, reader) => {
  if (!reader.isName(at + 1) || reader.word(at + 2) !== 'AS' || reader.sign(at + 3) !== '(') return []
  const clause = clauseBefore(at, reader)
  return clause === 'FROM' || clause === 'JOIN' ? [{ from: at, to: at, instead: 'WHERE TRUE ' }] : []
}

const clauseBefore = (at: number, reader: TokenReader): string => {
  const around = reader.opening(at)
  for (let index = at - 1; index > Math.max(around, at - MAX_TOKENS); index -= 1)
    if (reader.opening(index) === around && CLAUSES.has(reader.word(index)) && !endsComparison(index, reader))
      return reader.word(index)
  return ''
}

/** The last word of IS DISTINCT FROM, which is no clause. */
const endsComparison = (at: number, reader: TokenReader): boolean =>
  reader.word(at) === 'FROM' && reader.word(at - 1) === 'DISTINCT'
