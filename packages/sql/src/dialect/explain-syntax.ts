import type { Lexed } from '../lexer/token.ts'
import { TokenReader } from './token-reader.ts'

/** Why a construct is not read, and what to write instead. */
export interface SyntaxExplanation {
  readonly message: string
  readonly hint: string
  /** UTF-16 offset of the construct. */
  readonly offset: number
}

interface Construct {
  readonly begins: (at: number, reader: TokenReader) => boolean
  readonly message: string
  readonly hint: string
}

/** What writers of other dialects and of scripts send most, each with Snowflake's own way. */
const constructs: readonly Construct[] = [
  {
    begins: (at, reader) => reader.sign(at) === '->>',
    message: 'a pipeline is read where each step is a query and `$1` stands behind FROM or JOIN: `->>`',
    hint: 'send the statements one at a time, or make the first a subquery of the second',
  },
  {
    begins: (at, reader) => reader.word(at) === 'FILTER' && reader.word(at + 2) === 'WHERE',
    message: 'Snowflake has no condition behind an aggregate: `FILTER (WHERE …)`',
    hint: 'use COUNT_IF(condition), or SUM(IFF(condition, value, NULL))',
  },
  {
    begins: (at, reader) => reader.word(at) === 'INTO' && reader.word(0) === 'SELECT',
    message: 'a variable of a scripting block is set: `SELECT … INTO`',
    hint: 'leave INTO out and read the value from the result',
  },
  {
    begins: (at, reader) =>
      reader.word(at) === 'LIMIT' && reader.tokens[at + 1]?.kind === 'number' && reader.sign(at + 2) === ',',
    message: 'LIMIT has one number in Snowflake: `LIMIT n, m`',
    hint: 'use LIMIT m OFFSET n',
  },
  {
    begins: (at, reader) => reader.word(at) === 'DISTINCT' && reader.word(at + 1) === 'ON',
    message: 'Snowflake has no DISTINCT ON',
    hint: 'use QUALIFY ROW_NUMBER() OVER (PARTITION BY … ORDER BY …) = 1',
  },
  {
    begins: (at, reader) =>
      (reader.word(at) === 'CROSS' || reader.word(at) === 'OUTER') && reader.word(at + 1) === 'APPLY',
    message: 'Snowflake has no APPLY',
    hint: 'use CROSS JOIN LATERAL or LEFT JOIN LATERAL',
  },
  {
    begins: (at, reader) =>
      reader.word(at) === 'ILIKE' && reader.word(at + 2) === 'EXCLUDE' && reader.sign(at - 1) === '*',
    message: 'a star takes ILIKE or EXCLUDE, and not both',
    hint: 'name the columns, or use one of the two',
  },
  {
    begins: (at, reader) => reader.word(at) === 'MATCH_RECOGNIZE' && reader.sign(at - 1) === ')',
    message: 'MATCH_RECOGNIZE over a subquery is not read',
    hint: 'give the subquery a name in a WITH clause, and use MATCH_RECOGNIZE behind that name',
  },
  {
    begins: (at, reader) => at > 0 && reader.word(at) === 'ISNULL' && reader.sign(at + 1) !== '(',
    message: 'Snowflake has no ISNULL behind a value',
    hint: 'use IS NULL',
  },
]

/** Explains the first construct of the text that is known not to be read; null where none is. */
export const explainSyntax = (lexed: Lexed): SyntaxExplanation | null => {
  const reader = new TokenReader(lexed)
  for (let at = 0; at < lexed.tokens.length; at += 1) {
    const found = constructs.find(({ begins }) => begins(at, reader))
    if (found !== undefined)
      return { message: found.message, hint: found.hint, offset: lexed.tokens[at]!.start }
  }
  return null
}
