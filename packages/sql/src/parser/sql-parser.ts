import { lex } from '../lexer/lex.ts'
import { isCostlyToParse } from '../lexer/parse-effort.ts'
import type { Lexed } from '../lexer/token.ts'
import { Refusal } from '../refusal.ts'
import { ParseFailure, ParserEngine, ParseTimeout } from './engine.ts'
import type { Json } from './node.ts'

/** Reads text that the strict lexer has passed, as the parser's own tree. */
export interface SqlParser {
  /**
   * @param lexed - the tokens of the text, when they are at hand
   * @throws Refusal with `syntax-error`, `parser-too-slow`, or `parser-failed` where the parser died on the text
   */
  parse(text: string, lexed?: Lexed): readonly Json[]
}

/** @throws ERR_SQL_ENGINE_FAILED */
export const createSqlParser = async (): Promise<SqlParser> => {
  const engine = await ParserEngine.load()
  return { parse: (text, lexed) => parseWith(engine, text, isCostlyToParse(lexed ?? lex(text))) }
}

const parseWith = (engine: ParserEngine, text: string, isCostly: boolean): readonly Json[] => {
  try {
    const statements = engine.parse(text, isCostly)
    if (Array.isArray(statements)) return statements
  } catch (error) {
    if (error instanceof ParseTimeout) throw new Refusal('parser-too-slow')
    if (error instanceof ParseFailure) {
      const { line, column } = error
      throw new Refusal('syntax-error', { place: line > 0 ? { kind: 'point', line, column } : null })
    }
  }
  throw new Refusal('parser-failed')
}
