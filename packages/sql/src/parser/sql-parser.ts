import { adaptText } from '../dialect/adapt-text.ts'
import { restorePlaces } from '../dialect/restore-places.ts'
import { lex } from '../lexer/lex.ts'
import { isCostlyToParse } from '../lexer/parse-effort.ts'
import type { Lexed } from '../lexer/token.ts'
import { Refusal } from '../refusal.ts'
import { ParseFailure, ParserEngine, ParseTimeout } from './engine.ts'
import type { Json } from './node.ts'

/** The statements of a text as the parser's own tree. */
export interface Parsed {
  readonly statements: readonly Json[]
  /** Numbers of the tokens that were read on the way to the parser, and are not in the tree. */
  readonly readTokens: ReadonlySet<number>
}

/** Reads text that the strict lexer has passed. */
export interface SqlParser {
  /**
   * @param text - the lexed text, with or without its comments
   * @param lexed - the tokens of the text, when they are at hand
   * @throws Refusal with `syntax-error`, `parser-too-slow`, or `parser-failed` where the parser died on the text
   */
  parse(text: string, lexed?: Lexed): Parsed
}

/** @throws ERR_SQL_ENGINE_FAILED */
export const createSqlParser = async (): Promise<SqlParser> => {
  const engine = await ParserEngine.load()
  return { parse: (text, lexed) => parseWith(engine, text, lexed ?? lex(text)) }
}

const parseWith = (engine: ParserEngine, text: string, lexed: Lexed): Parsed => {
  const { text: adapted, edits, readTokens } = adaptText(text, lexed)
  try {
    const statements = engine.parse(adapted, isCostlyToParse(lexed)) as Json
    restorePlaces(statements, text, adapted, edits)
    if (Array.isArray(statements)) return { statements, readTokens }
  } catch (error) {
    if (error instanceof ParseTimeout) throw new Refusal('parser-too-slow')
    if (error instanceof ParseFailure) {
      if (error.isAtEnd) throw new Refusal('syntax-error', { place: { kind: 'offset', offset: text.length } })
      const point = { line: error.line, column: error.column }
      restorePlaces(point, text, adapted, edits)
      throw new Refusal('syntax-error', { place: point.line > 0 ? { kind: 'point', ...point } : null })
    }
  }
  throw new Refusal('parser-failed')
}
