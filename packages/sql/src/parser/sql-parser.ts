import { Refusal } from '../refusal.ts'
import { ParseFailure, ParserEngine } from './engine.ts'
import type { Json } from './node.ts'

/** Reads text that the strict lexer has passed, as the parser's own tree. */
export interface SqlParser {
  /** @throws Refusal with `syntax-error`, or `parser-failed` where the parser died on the text */
  parse(text: string): readonly Json[]
}

/** @throws ERR_SQL_ENGINE_FAILED */
export const createSqlParser = async (): Promise<SqlParser> => {
  const engine = await ParserEngine.load()
  return { parse: (text) => parseWith(engine, text) }
}

const parseWith = (engine: ParserEngine, text: string): readonly Json[] => {
  try {
    const statements = engine.parse(text)
    if (Array.isArray(statements)) return statements
  } catch (error) {
    if (error instanceof ParseFailure) {
      const { line, column } = error
      throw new Refusal('syntax-error', { place: line > 0 ? { kind: 'point', line, column } : null })
    }
  }
  throw new Refusal('parser-failed')
}
