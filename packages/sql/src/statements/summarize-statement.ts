import type { AnalyzedStatement } from '@snowfence/core'
import type { AnalyzeOptions } from '../analysis.ts'
import type { Lexed } from '../lexer/token.ts'
import type { SqlParser } from '../parser/sql-parser.ts'
import { refuse } from '../refusal.ts'

export type StatementFindings = Omit<AnalyzedStatement, 'status' | 'text' | 'fingerprint' | 'digest'>

interface Input {
  readonly parser: SqlParser
  readonly lexed: Lexed
  readonly executableText: string
  readonly options: AnalyzeOptions
}

export const summarizeStatement = (_input: Input): StatementFindings => refuse('statement-not-supported')
