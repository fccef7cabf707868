import { isShownMetadata } from '../catalogue/metadata-columns.ts'
import type { Classification } from '../classify/classify.ts'
import { topLevelPipes } from '../dialect/pipeline.ts'
import { TokenReader } from '../dialect/token-reader.ts'
import type { Lexed } from '../lexer/token.ts'
import { Refusal } from '../refusal.ts'
import type { Findings } from '../resolve/findings.ts'
import { summarizePlain } from './plain-statement.ts'
import type { StatementReport } from './statement-report.ts'

interface SessionNames {
  readonly database: string | null
  readonly schema: string | null
}

/** SHOW or DESCRIBE, and queries of what it gave, joined by `->>`. */
export interface MetadataPipeline {
  /** `SELECT * FROM $1` behind it, with conditions and an order: its columns are the ones of the first step, by name. */
  readonly isWhole: boolean
}

const refuse = (message: string, hint: string, offset: number): never => {
  throw new Refusal('statement-not-supported', {
    explained: { message, hint },
    place: { kind: 'offset', offset },
  })
}

/**
 * Reads the first step as it would be read alone. Null where the text is no such pipeline.
 *
 * @throws Refusal where the first step is not understood, or a star stands for columns that nobody knows
 */
export const readMetadataPipeline = (
  lexed: Lexed,
  classification: Classification,
  findings: Findings,
  names: SessionNames,
): MetadataPipeline | null => {
  if (!/^(?:show|describe)(?:-|$)/.test(classification.kind)) return null
  const reader = new TokenReader(lexed)
  const pipes = topLevelPipes(reader)
  const [first] = pipes
  if (first === undefined) return null
  summarizePlain({ ...lexed, tokens: lexed.tokens.slice(0, first) }, classification, findings, names)
  const isWhole = pipes.length === 1 && showsAll(first + 1, reader)
  for (let at = first + 1; at < reader.tokens.length; at += 1) {
    const { start } = reader.tokens[at]!
    if (isStar(at, reader) && !(isWhole && at === first + 2))
      refuse(
        'which columns SHOW and DESCRIBE give is not known, so a star of them is read in `SELECT * FROM $1` alone',
        'name the columns, in lower case and with quotation marks',
        start,
      )
    if (isHiddenName(reader.written(at), classification.kind))
      refuse(
        'a name in quotation marks is none of the columns of SHOW and DESCRIBE that are shown, and may be a hidden one',
        'use the columns that are shown, and names in upper case for everything else',
        start,
      )
    if (CHOOSING.has(reader.word(at)) || renamesColumns(at, reader))
      refuse(
        'columns of SHOW and DESCRIBE are chosen by their places or by a text',
        'name the columns, in lower case and with quotation marks',
        start,
      )
  }
  return { isWhole }
}

/** `SELECT * FROM $1`, and an alias, behind which come a condition, an order and a limit alone. */
const showsAll = (at: number, reader: TokenReader): boolean => {
  const isStarOfFirst =
    reader.word(at) === 'SELECT' &&
    reader.sign(at + 1) === '*' &&
    reader.word(at + 2) === 'FROM' &&
    reader.written(at + 3) === '$1'
  if (!isStarOfFirst) return false
  const alias = reader.word(at + 4) === 'AS' ? at + 5 : at + 4
  const next = reader.isName(alias) && !BEHIND_TABLE.has(reader.word(alias)) ? alias + 1 : at + 4
  const clause = next === at + 4 ? at + 4 : next
  return (
    clause >= reader.tokens.length || reader.sign(clause) === ';' || BEHIND_TABLE.has(reader.word(clause))
  )
}

const BEHIND_TABLE = new Set(['WHERE', 'ORDER', 'LIMIT', 'OFFSET', 'FETCH'])
/** They take columns that the text does not name, or by a name that is no token. */
const CHOOSING = new Set([
  'IDENTIFIER',
  'NATURAL',
  'PIVOT',
  'UNPIVOT',
  'MATCH_RECOGNIZE',
  'UNION',
  'INTERSECT',
  'EXCEPT',
  'MINUS',
])

/**
 * The columns of SHOW have names in lower case. One that is hidden must not be taken for an alias of the same name, before
 * which Snowflake takes the column.
 */
const isHiddenName = (written: string, kind: string): boolean =>
  written.startsWith('"') && /[^A-Z0-9_$"]/.test(written) && !isShownMetadata(kind, written.slice(1, -1))

/** `FROM $1 AS t ("name", …)` gives the columns other names, by their places. */
const renamesColumns = (at: number, reader: TokenReader): boolean => {
  if (!/^\$\d+$/.test(reader.written(at))) return false
  const alias = reader.word(at + 1) === 'AS' ? at + 2 : at + 1
  return reader.sign(at + 1) === '(' || (reader.isName(alias) && reader.sign(alias + 1) === '(')
}

/** A star that stands for columns. COUNT(*) counts rows, and between two values it multiplies. */
const isStar = (at: number, reader: TokenReader): boolean => {
  if (reader.sign(at) !== '*') return false
  if (reader.sign(at - 1) === '(' && reader.word(at - 2) === 'COUNT') return false
  const before = reader.tokens[at - 1]
  const isBehindValue = before?.kind === 'number' || before?.kind === 'quoted' || reader.sign(at - 1) === ')'
  return !isBehindValue
}

/** The report of such a pipeline. What it shows is metadata, so it may read nothing else. */
export const reportMetadataPipeline = (
  report: StatementReport,
  { isWhole }: MetadataPipeline,
  findings: Findings,
): StatementReport => {
  if (findings.readsData || findings.readsMetadata)
    refuse(
      'a pipeline that begins with SHOW or DESCRIBE reads tables too',
      'read the tables in a statement of their own',
      0,
    )
  // Where every column is there, the names of the result say what each is.
  return { ...report, effects: ['metadata'], outputs: isWhole ? [] : report.outputs }
}
