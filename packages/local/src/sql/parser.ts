import * as polyglot from '@polyglot-sql/sdk'
import { syntaxError, unsupported } from '../snowflake-error.ts'
import type { SyntaxNode } from './syntax-tree.ts'

const firstLine = (message: string | undefined) => (message ?? 'syntax error').split('\n')[0] as string

/** The tree of one Snowflake statement. @throws SnowflakeError 001003 */
export const parseStatement = (source: string): SyntaxNode => {
  const result = polyglot.parse(source, polyglot.Dialect.Snowflake)
  if (!result.success) throw syntaxError(firstLine(result.error))
  const [statement, ...more] = result.ast as unknown as SyntaxNode[]
  if (!statement || more.length > 0) throw syntaxError('syntax error: exactly one statement is expected.')
  return statement
}

/**
 * DuckDB text for a tree. It goes through Snowflake text once more, because the transpiler's rewrites of functions
 * and types apply to parsed text and not to a given tree.
 */
export const generateDuckdb = (statement: SyntaxNode): string => {
  const snowflake = polyglot.generate([statement], polyglot.Dialect.Snowflake)
  const text = snowflake.success ? snowflake.sql?.[0] : undefined
  if (text === undefined) throw unsupported('a construct of this statement')
  const duckdb = polyglot.transpile(text, polyglot.Dialect.Snowflake, polyglot.Dialect.DuckDB)
  const [translated, ...more] = duckdb.success ? (duckdb.sql ?? []) : []
  if (translated === undefined || more.length > 0) throw unsupported('a construct of this statement')
  return translated
}
