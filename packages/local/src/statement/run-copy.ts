import { gzipSync } from 'node:zlib'
import { isSemiStructured } from '../dictionary/snow-type.ts'
import type { ResultColumn } from '../result/result-column.ts'
import type { EncodedRow } from '../result/result-set.ts'
import { SnowflakeError, unsupported } from '../snowflake-error.ts'
import { lexStatement, type Token } from '../sql/lexer.ts'
import type { FileFormat } from '../stage/file-format.ts'
import { parseStageLocation } from '../stage/stage-location.ts'
import { isStagedPath } from '../stage/staged-path.ts'
import { writeCsv } from '../stage/write-csv.ts'
import { readCopyOptions } from './copy-options.ts'
import type { Execution } from './execution.ts'
import { requireStage } from './find-stage.ts'
import { loadTable } from './load-table.ts'
import { runQuery } from './run-query.ts'
import { countColumns, type StatementResult } from './statement-result.ts'
import { TokenReader } from './token-reader.ts'

/** COPY INTO a table loads files; COPY INTO a location unloads rows. */
export const runCopy = async (execution: Execution): Promise<StatementResult> => {
  const reader = new TokenReader(execution.tokens)
  reader.expect('COPY', 'INTO')
  const target = reader.next
  return target?.kind === 'stage' || target?.kind === 'string'
    ? unload(execution, reader)
    : loadTable(execution, reader)
}

const unloadSwitches = ['OVERWRITE', 'SINGLE', 'HEADER']

/** COPY INTO @stage[/path] FROM (query) | table [FILE_FORMAT = (…)] [OVERWRITE] [SINGLE] [HEADER]. */
const unload = async (execution: Execution, reader: TokenReader): Promise<StatementResult> => {
  const { account, session } = execution
  const location = parseStageLocation(reader.advance().value)
  const stage = requireStage(execution, location, 'WRITE')
  reader.expect('FROM')
  const source = readSource(execution, reader)
  const { format, flags } = readCopyOptions(reader, stage.format, unloadSwitches)
  const { columns, rows } = await runQuery({
    ...execution,
    source,
    tokens: lexStatement(source),
    describeOnly: false,
  })
  const text =
    format.type === 'JSON'
      ? writeJson(columns, rows)
      : writeCsv(columns, rows, format, {
          header: flags.has('HEADER'),
          timeZone: String(session.parameters.get('TIMEZONE')),
        })
  const content = Buffer.from(text)
  const isZipped = format.compression !== 'NONE'
  const bytes = isZipped ? gzipSync(content) : content
  const path = fileName(location.path, format, flags.has('SINGLE'))
  if (account.stages.files.find(stage.key, path) && !flags.has('OVERWRITE'))
    throw new SnowflakeError(
      '001030',
      '22000',
      'SQL compilation error:\nFiles already existing at the unload destination. Use overwrite option to force unloading.',
    )
  // Snowflake makes no file of no rows.
  if (rows.length > 0) await account.stages.files.write(stage.key, path, [bytes])
  return countColumns('unload', {
    rows_unloaded: rows.length,
    input_bytes: content.length,
    output_bytes: rows.length > 0 ? bytes.length : 0,
  })
}

/** `(query)`, without its parentheses, or all of a table. */
const readSource = ({ source }: Execution, reader: TokenReader): string => {
  const first = reader.next
  if (first?.text !== '(') {
    const start = first?.start ?? 0
    reader.nameParts()
    return `SELECT * FROM ${source.slice(start, reader.next?.start ?? source.length)}`
  }
  reader.advance()
  const inside: Token[] = []
  for (let depth = 1; ; ) {
    const token = reader.advance()
    if (token.text === '(') depth++
    if (token.text === ')') depth--
    if (depth === 0) break
    inside.push(token)
  }
  return source.slice(inside[0]?.start ?? 0, inside.at(-1)?.end ?? 0)
}

const writeJson = (columns: readonly ResultColumn[], rows: readonly EncodedRow[]): string => {
  if (columns.length !== 1 || !isSemiStructured(columns[0]?.type ?? null))
    throw unsupported('unloading JSON from anything but one VARIANT, OBJECT or ARRAY column')
  return rows.map(([cell = null]) => `${cell === null ? '' : JSON.stringify(JSON.parse(cell))}\n`).join('')
}

/** Snowflake: one file by its own name, or names that begin with the path, numbered by thread, part and file. */
const fileName = (path: string, { type, compression }: FileFormat, single: boolean): string => {
  const begin = path === '' || path.endsWith('/') ? `${path}data` : path
  const zipped = compression === 'NONE' ? '' : '.gz'
  const name = single ? begin : `${begin}_0_0_0.${type.toLowerCase()}${zipped}`
  if (!isStagedPath(name)) throw unsupported('a path of this form')
  return name
}
