import { gunzipSync } from 'node:zlib'
import type { TableEntry } from '../dictionary/dictionary.ts'
import { displayObject, quoteIdentifier } from '../dictionary/identifier.ts'
import { isSemiStructured } from '../dictionary/snow-type.ts'
import { invalidIdentifier, objectNotFound, SnowflakeError, unsupported } from '../snowflake-error.ts'
import type { InlineValue } from '../sql/finish-text.ts'
import { lexStatement } from '../sql/lexer.ts'
import type { FileFormat } from '../stage/file-format.ts'
import { checkFieldCount, readCsv } from '../stage/read-csv.ts'
import { readJson } from '../stage/read-json.ts'
import type { Stage } from '../stage/stage.ts'
import type { StageLocation } from '../stage/stage-location.ts'
import type { StagedFile } from '../stage/staged-files.ts'
import { readCopyOptions } from './copy-options.ts'
import type { Execution } from './execution.ts'
import { requireStage } from './find-stage.ts'
import { runInsert } from './run-dml.ts'
import { readLocation } from './run-stage.ts'
import { listResult, type StatementResult } from './statement-result.ts'
import type { TokenReader } from './token-reader.ts'

const switches = ['FILES', 'ON_ERROR', 'FORCE', 'PURGE']

const columnNames = [
  'file',
  'status',
  'rows_parsed',
  'rows_loaded',
  'error_limit',
  'errors_seen',
  'first_error',
  'first_error_line',
  'first_error_character',
  'first_error_column_name',
]

const largestText = 512 * 1024 * 1024

/** COPY INTO table [(columns)] FROM @stage[/path] [FILES = (…)] [FILE_FORMAT = (…)] [FORCE] [PURGE]. */
export const loadTable = async (execution: Execution, reader: TokenReader): Promise<StatementResult> => {
  const { account, session } = execution
  const name = account.qualify(session, reader.nameParts())
  const table = account.findTable(session, name)
  if (!table) throw objectNotFound(displayObject(name))
  account.access.requireTable(session.role, 'INSERT', table)
  const columns = readColumns(reader, table)
  reader.expect('FROM')
  if (reader.next?.text === '(') throw unsupported('COPY INTO from a query over staged files')
  const location = readLocation(reader)
  const stage = requireStage(execution, location, 'READ')
  const { format, files: named, flags } = readCopyOptions(reader, stage.format, switches)
  const loaded = account.stages.loadedInto(table)
  const chosen = choose(execution, stage, location, named).filter(
    (file) => flags.has('FORCE') || !loaded.has(markOf(stage, file)),
  )
  if (chosen.length === 0) return listResult(['status'], [['Copy executed with 0 files processed.']])
  const parsed = await Promise.all(
    chosen.map(async (file) => ({ file, rows: await readRows(execution, file, format, columns) })),
  )
  await insertRows(
    execution,
    table,
    columns,
    format,
    parsed.flatMap(({ rows }) => rows),
  )
  for (const { file } of parsed) loaded.add(markOf(stage, file))
  if (flags.has('PURGE')) await account.stages.files.remove(stage.key, chosen)
  return {
    ...listResult(
      columnNames,
      parsed.map(({ file, rows }) => {
        const count = String(rows.length)
        return [`${stage.shownPrefix}${file.path}`, 'LOADED', count, count, '1', '0', null, null, null, null]
      }),
    ),
    type: 'load',
    rowCount: parsed.reduce((sum, { rows }) => sum + rows.length, 0),
  }
}

/** Snowflake remembers what it loaded by path and content. */
const markOf = ({ key }: Stage, { path, md5 }: StagedFile): string => `${key} ${md5} ${path}`

const readColumns = (reader: TokenReader, table: TableEntry): TableEntry['columns'] => {
  if (!reader.take('(')) return table.columns
  const chosen = []
  do {
    const name = reader.name()
    const column = table.columns.find((candidate) => candidate.name === name)
    if (!column) throw invalidIdentifier(name)
    chosen.push(column)
  } while (reader.take(','))
  reader.expect(')')
  return chosen
}

const choose = (
  { account }: Execution,
  stage: Stage,
  { path }: StageLocation,
  named: readonly string[] | null,
): StagedFile[] => {
  if (named === null) return account.stages.files.list(stage.key, path)
  const folder = path === '' || path.endsWith('/') ? path : `${path}/`
  return named.map((name) => {
    const file = account.stages.files.find(stage.key, `${folder}${name}`)
    if (!file) throw new SnowflakeError('091016', '22000', `Remote file '${name}' was not found.`)
    return file
  })
}

/** The text of a staged file. Compression is told by the first bytes, as AUTO does, whatever the name says. */
export const readStagedText = async ({ account }: Execution, file: StagedFile): Promise<string> => {
  const bytes = await account.stages.files.read(file)
  const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b
  return (isZipped ? gunzipSync(bytes, { maxOutputLength: largestText }) : bytes).toString('utf8')
}

const readRows = async (
  execution: Execution,
  file: StagedFile,
  format: FileFormat,
  columns: TableEntry['columns'],
): Promise<(string | null)[][]> => {
  const text = await readStagedText(execution, file)
  if (format.type === 'CSV') return checkFieldCount(readCsv(text, format), columns.length, format)
  if (columns.length !== 1 || !isSemiStructured(columns[0]?.type ?? null))
    throw unsupported('loading JSON into anything but one VARIANT, OBJECT or ARRAY column')
  return readJson(text, format).map((document) => [document])
}

/** As one INSERT with a set of binds for each row: the same conversions, checks and privileges, and all rows or none. */
const insertRows = async (
  execution: Execution,
  table: TableEntry,
  columns: TableEntry['columns'],
  format: FileFormat,
  rows: readonly (readonly (string | null)[])[],
): Promise<void> => {
  if (rows.length === 0) return
  const target = [table.database, table.schema, table.name].map(quoteIdentifier).join('.')
  const names = columns.map((column) => quoteIdentifier(column.name)).join(', ')
  const values =
    format.type === 'CSV' ? `VALUES (${columns.map(() => '?').join(', ')})` : 'SELECT PARSE_JSON(?)'
  const source = `INSERT INTO ${target} (${names}) ${values}`
  const binds = rows.map((row) => row.map((value): InlineValue => ({ type: 'TEXT', value })))
  await runInsert({ ...execution, source, tokens: lexStatement(source), binds })
}
