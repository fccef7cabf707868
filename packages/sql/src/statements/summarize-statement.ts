import type { AnalyzedStatement } from '@snowfence/core'
import type { AnalyzeOptions } from '../analysis.ts'
import { CatalogueIndex } from '../catalogue/catalogue-index.ts'
import type { Lexed } from '../lexer/token.ts'
import { type Json, variantOf } from '../parser/node.ts'
import type { SqlParser } from '../parser/sql-parser.ts'
import { Refusal } from '../refusal.ts'
import { Findings } from '../resolve/findings.ts'
import type { StatementContext } from '../resolve/scope.ts'
import { checkTokenCoverage } from '../token-coverage.ts'
import { summarizeQuery } from './query-statement.ts'
import type { StatementReport } from './statement-report.ts'

/** The facts of a summary that come from understanding the statement. */
export type StatementFindings = Omit<AnalyzedStatement, 'status' | 'text' | 'fingerprint' | 'digest'>

interface Input {
  readonly parser: SqlParser
  readonly lexed: Lexed
  readonly executableText: string
  readonly options: AnalyzeOptions
}

type Summarize = (body: Json, context: StatementContext) => StatementReport

/** The kinds of statements that are understood. Every other one is refused. */
const kinds: ReadonlyMap<string, Summarize> = new Map<string, Summarize>([['Query', summarizeQuery]])

/** Parses and resolves one statement. @throws Refusal where it is not understood */
export const summarizeStatement = ({ parser, lexed, executableText, options }: Input): StatementFindings => {
  const findings = new Findings()
  const context: StatementContext = {
    parser,
    catalogue: CatalogueIndex.of(options.catalog),
    database: options.database ?? null,
    schema: options.schema ?? null,
    findings,
    openViews: [],
  }
  const statements = parser.parse(executableText)
  if (statements.length !== 1) {
    throw new Refusal(statements.length === 0 ? 'empty-statement' : 'multiple-statements')
  }
  const { name, body } = variantOf(statements[0], 'a statement')
  const summarize = kinds.get(name)
  if (summarize === undefined) throw new Refusal('statement-not-supported')
  const report = summarize(body, context)
  checkTokenCoverage(lexed, findings)
  return {
    ...report,
    reads: findings.writeReads(),
    uses: findings.writeUses(),
    functions: [...findings.functions].sort(),
    stages: [...findings.stages].sort(),
    variables: [...findings.variables].sort(),
  }
}
