import type { Lexed, LexProblem } from './token.ts'

/**
 * Finds an escape in a string that names something: `IDENTIFIER('…')`, `TABLE('…')`, the pattern of `* ILIKE '…'`, the
 * values of PIVOT, which become column names. Readers differ about escapes such as `\x53`, so that Snowflake could read
 * another name there than the parser does; strings that are data may hold what they like.
 */
export const findEscapedName = ({ text, tokens }: Lexed): LexProblem | null => {
  if (!text.includes('\\')) return null
  const hasPivot = tokens.some(({ upper }) => upper === 'PIVOT' || upper === 'UNPIVOT')
  for (const [index, { kind, start, end }] of tokens.entries()) {
    if (kind !== 'string' || text[start] === '$') continue
    const names = hasPivot || isCallOfName(tokens[index - 2]?.upper) || isStarPattern(text, tokens, index)
    if (names && text.slice(start, end).includes('\\')) return { code: 'escaped-name', offset: start }
  }
  return null
}

const isCallOfName = (word: string | undefined): boolean => word === 'IDENTIFIER' || word === 'TABLE'

const isStarPattern = (text: string, tokens: Lexed['tokens'], index: number): boolean => {
  const star = tokens[index - 2]
  return tokens[index - 1]?.upper === 'ILIKE' && star !== undefined && text[star.start] === '*'
}
