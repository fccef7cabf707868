import { syntaxError } from '../snowflake-error.ts'
import { lexStatement, type Token } from '../sql/lexer.ts'

const isName = (token: Token | undefined): token is Token =>
  token?.kind === 'word' || token?.kind === 'quoted'

/** The parts of `a.b.c`, each as Snowflake stores it. @throws SnowflakeError 001003 */
export const parseNameParts = (source: string): string[] => {
  const tokens = lexStatement(source)
  const parts = tokens.filter((_, index) => index % 2 === 0)
  const dots = tokens.filter((_, index) => index % 2 === 1)
  if (parts.length === 0 || parts.length > 3 || tokens.length % 2 === 0)
    throw syntaxError('invalid identifier')
  if (!parts.every(isName) || dots.some(({ text }) => text !== '.')) throw syntaxError('invalid identifier')
  return parts.map(({ value }) => value)
}

/** One name as given in a connection option: folded to upper case unless quoted. */
export const parseSimpleName = (source: string): string => {
  const match = /^"((?:[^"]|"")*)"$/.exec(source)
  return match?.[1] === undefined ? source.toUpperCase() : match[1].replaceAll('""', '"')
}
