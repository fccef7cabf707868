import { type AnalyzedStatement, type Effect, effects } from '@snowfence/core'
import type { AnalyzeOptions } from '../analysis.ts'
import { CatalogueIndex } from '../catalogue/catalogue-index.ts'
import type { Classification } from '../classify/classify.ts'
import type { Lexed } from '../lexer/token.ts'
import { type Json, variantOf } from '../parser/node.ts'
import type { Parsed, SqlParser } from '../parser/sql-parser.ts'
import { Refusal } from '../refusal.ts'
import { Findings } from '../resolve/findings.ts'
import type { StatementContext } from '../resolve/scope.ts'
import { withOtherTables } from '../resolve/unread-tables.ts'
import { sorted } from '../sorted.ts'
import { checkTokenCoverage } from '../token-coverage.ts'
import { summarizeAlterTable } from './alter-table-statement.ts'
import { summarizeCopy } from './copy-statement.ts'
import { summarizeCreateTable } from './create-table-statement.ts'
import { summarizeCreateView } from './create-view-statement.ts'
import { summarizeDrop, summarizeTruncate } from './drop-statement.ts'
import { summarizeComment, summarizeGrant } from './grant-statement.ts'
import { summarizeInsert } from './insert-statement.ts'
import { summarizeMerge } from './merge-statement.ts'
import { readMetadataPipeline, reportMetadataPipeline } from './metadata-pipeline.ts'
import { summarizePlain } from './plain-statement.ts'
import { summarizeQuery } from './query-statement.ts'
import {
  summarizeEndOfTransaction,
  summarizeExplain,
  summarizeSet,
  summarizeStartTransaction,
} from './session-statement.ts'
import type { StatementReport } from './statement-report.ts'
import { summarizeDelete, summarizeUpdate } from './update-statement.ts'
import { writeTableUses } from './write-table-uses.ts'

/** The facts of a summary that are told of any text, understood or not. */
export type TextFacts = Pick<AnalyzedStatement, 'text' | 'fingerprint' | 'digest'>

interface Input {
  readonly parser: SqlParser
  readonly lexed: Lexed
  readonly executableText: string
  readonly classification: Classification
  readonly facts: TextFacts
  readonly options: AnalyzeOptions
}

type Summarize = (body: Json, context: StatementContext) => StatementReport

const summarizeNode = (value: Json | undefined, context: StatementContext): StatementReport => {
  const { name, body } = variantOf(value, 'a statement')
  const summarize = kinds.get(name)
  if (summarize === undefined) throw new Refusal('statement-not-supported')
  return summarize(body, context)
}

/** The kinds of statements that are understood. Every other one is refused. */
const kinds: ReadonlyMap<string, Summarize> = new Map<string, Summarize>([
  ['Query', summarizeQuery],
  ['Insert', summarizeInsert],
  ['Update', summarizeUpdate],
  ['Delete', summarizeDelete],
  ['Merge', summarizeMerge],
  ['Truncate', summarizeTruncate],
  ['Drop', summarizeDrop],
  ['CreateTable', summarizeCreateTable],
  ['CreateView', summarizeCreateView],
  ['AlterTable', summarizeAlterTable],
  ['CopyIntoSnowflake', summarizeCopy],
  ['Set', summarizeSet],
  ['StartTransaction', summarizeStartTransaction],
  ['Commit', summarizeEndOfTransaction('commit')],
  ['Rollback', summarizeEndOfTransaction('rollback')],
  ['Explain', summarizeExplain(summarizeNode)],
  ['Grant', summarizeGrant('grant')],
  ['Revoke', summarizeGrant('revoke')],
  ['Comment', summarizeComment],
])

const checkKind = ({ kind, effects: classified }: Classification, lexed: Lexed): void => {
  if (kind === 'multiple') {
    throw new Refusal('multiple-statements', { place: { kind: 'offset', offset: secondStatement(lexed) } })
  }
  if (!parsedKinds.test(kind)) {
    throw new Refusal(classified.includes('call') ? 'runs-other-code' : 'statement-not-supported')
  }
  refuseOrAlter(lexed)
}

/** CREATE OR ALTER drops columns that an existing table has and the text does not name. The parser's tree does not show it. */
const refuseOrAlter = ({ text, tokens }: Lexed): void => {
  const first = tokens.findIndex(({ start }) => text[start] !== ';')
  const [verb, or, alter] = tokens.slice(first, first + 3)
  if (verb?.upper === 'CREATE' && or?.upper === 'OR' && alter?.upper === 'ALTER')
    throw new Refusal('unknown-syntax', {
      detail: 'CREATE OR ALTER',
      place: { kind: 'offset', offset: or.start },
    })
}

const secondStatement = ({ text, tokens }: Lexed): number => {
  const end = tokens.findIndex(({ kind, start }) => kind === 'operator' && text[start] === ';')
  return tokens[end + 1]?.start ?? 0
}

/** What the parser is asked about. For every other kind the first words are all there is to say. */
const parsedKinds = new RegExp(
  [
    '^(?:select|insert|update|delete|merge|truncate|begin|commit|rollback|set|explain|grant|revoke|comment|unknown)$',
    '^(?:create|drop)-(?:materialized-)?(?:table|view)$',
    '^(?:alter-table|copy-into-table|copy-into-location)$',
  ].join('|'),
)

/** Parses and resolves one statement. @throws Refusal where it is not understood */
export const summarizeStatement = ({
  parser,
  lexed,
  executableText,
  classification,
  facts,
  options,
}: Input): AnalyzedStatement => {
  const findings = new Findings()
  const context: StatementContext = {
    parser,
    catalogue: CatalogueIndex.of(options.catalog),
    absent: options.absent,
    database: options.database ?? null,
    schema: options.schema ?? null,
    findings,
    openViews: [],
  }
  if (lexed.tokens.length === 0) throw new Refusal('empty-statement')
  const { kind } = classification
  const pipeline = readMetadataPipeline(lexed, classification, findings, context)
  const plain = pipeline === null ? summarizePlain(lexed, classification, findings, context) : null
  if (plain === null && pipeline === null) checkKind(classification, lexed)
  const parsedKind = pipeline === null ? kind : 'select'
  const read = plain ?? summarizeParsed(parser.parse(executableText, lexed), lexed, parsedKind, context)
  const report = pipeline === null ? read : reportMetadataPipeline(read, pipeline, findings)
  const tableUses = kind === 'select' ? writeTableUses(findings.tableUses, lexed, executableText) : null
  return {
    status: 'analyzed',
    kind,
    effects: inOrder(report.effects),
    writes: report.writes,
    outputs: report.outputs,
    aggregation: report.aggregation,
    rowLimit: report.rowLimit,
    ...(tableUses !== null && { tableUses }),
    reads: findings.writeReads(),
    uses: findings.writeUses(),
    observations: findings.writeObservations(),
    acrossRows: findings.writeAcrossRows(),
    failsAlone: findings.failsAlone,
    functions: sorted(findings.functions),
    stages: sorted(findings.stages),
    variables: sorted(findings.variables),
    text: facts.text,
    fingerprint: facts.fingerprint,
    digest: facts.digest,
  }
}

/** Each effect once, in the order of the list of all. */
const inOrder = (found: readonly Effect[]): readonly Effect[] =>
  found.length === 1 ? found : effects.filter((effect) => found.includes(effect))

const summarizeParsed = (
  { statements, readTokens }: Parsed,
  lexed: Lexed,
  kind: string,
  context: StatementContext,
): StatementReport => {
  if (statements.length !== 1) {
    throw new Refusal(statements.length === 0 ? 'empty-statement' : 'multiple-statements')
  }
  const report = summarizeOrNameTables(statements[0], context)
  checkTokenCoverage(lexed, context.findings, readTokens)
  // INVARIANT: the first words and the tree agree about what the statement is.
  if (verbOf(kind) !== verbOf(report.kind)) throw new Refusal('unknown-syntax', { detail: report.kind })
  return report
}

/** A statement that lacks one table often lacks others: they are named together, so that all can be looked up at once. */
const summarizeOrNameTables = (statement: Json | undefined, context: StatementContext): StatementReport => {
  try {
    return summarizeNode(statement, context)
  } catch (error) {
    if (error instanceof Refusal && error.missing.length > 0)
      error.missing = withOtherTables(error.missing, statement, context)
    throw error
  }
}

const verbOf = (kind: string): string => kind.split('-', 1)[0]!
