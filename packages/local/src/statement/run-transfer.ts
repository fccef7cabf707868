import { syntaxError, unsupported } from '../snowflake-error.ts'
import { lexStatement, type Token } from '../sql/lexer.ts'
import { parseStageLocation } from '../stage/stage-location.ts'
import type { Execution } from './execution.ts'
import { requireStage } from './find-stage.ts'
import type { StatementResult } from './statement-result.ts'

/** Whether a text is a PUT or GET. They are no SQL: `//` in `file://` is no comment. */
export const isTransfer = (source: string): boolean => /^\s*(?:PUT|GET)\s/i.test(source)

/** What a driver needs to carry files by itself. Where the files are is added where the server's address is known. */
export interface Transfer {
  readonly command: 'UPLOAD' | 'DOWNLOAD'
  readonly sourceLocations: readonly string[]
  readonly localLocation: string | null
  /** `bucket/` or `bucket/path/`, below which the driver reads and writes. */
  readonly location: string
  readonly token: string
  readonly autoCompress: boolean
  readonly sourceCompression: string
  readonly overwrite: boolean
  readonly parallel: number
}

/** The name by which drivers address the stages; the token says which stage is meant. */
export const transferBucket = 'stage'

interface Command {
  readonly file: string
  readonly location: string
  readonly options: ReadonlyMap<string, string>
}

const word = /\s*(?:('(?:[^'\\]|''|\\.)*')|(@(?:"(?:[^"]|"")*"|[^\s";'])*)|(file:\/\/[^\s';]+))/y
const option = /\s*([A-Za-z_]+)\s*=\s*(?:'([^']*)'|([A-Za-z0-9_]+))/y
const known = new Set(['PARALLEL', 'AUTO_COMPRESS', 'SOURCE_COMPRESSION', 'OVERWRITE'])

const invalid = () => syntaxError('PUT and GET take a file:// and a stage location')

/** `PUT file://… @… options`, `GET @… file://… options`; either place may stand between single quotes. */
const readCommand = (source: string, first: 'file' | 'stage'): Command => {
  word.lastIndex = /^\s*\w+/.exec(source)?.[0].length ?? 0
  const places = [0, 1].map(() => {
    const match = word.exec(source)
    if (!match) throw invalid()
    const [, quoted, stage, file] = match
    return quoted === undefined ? ((stage ?? file) as string) : (lexStatement(quoted)[0] as Token).value
  })
  const [file, location] = first === 'file' ? places : places.toReversed()
  if (!file?.startsWith('file://') || !location?.startsWith('@')) throw invalid()
  const options = new Map<string, string>()
  let end = word.lastIndex
  option.lastIndex = end
  for (let match = option.exec(source); match; match = option.exec(source)) {
    const name = (match[1] as string).toUpperCase()
    if (!known.has(name)) throw unsupported(`the option ${name} of a file transfer`)
    options.set(name, (match[2] ?? match[3] ?? '').toUpperCase())
    end = option.lastIndex
  }
  if (!/^\s*;?\s*$/.test(source.slice(end))) throw syntaxError('unexpected text behind a file transfer')
  return { file: file.slice('file://'.length), location, options }
}

const isTrue = (options: ReadonlyMap<string, string>, name: string, unset: boolean): boolean => {
  const value = options.get(name)
  if (value === undefined) return unset
  if (value !== 'TRUE' && value !== 'FALSE') throw syntaxError(`invalid value for ${name}`)
  return value === 'TRUE'
}

const parallel = (options: ReadonlyMap<string, string>): number => {
  const value = options.get('PARALLEL') ?? '4'
  if (!/^[1-9]\d?$/.test(value)) throw syntaxError('invalid value for PARALLEL')
  return Number(value)
}

/**
 * A driver before 3.0 sends the file, whatever it is told, to a cloud's own address and not to this server.
 *
 * @throws SnowflakeError 000002
 */
const requireAddressing = ({ query }: Execution): void => {
  if (/^JavaScript\/[0-2]\./.test(query.request.client))
    throw unsupported('file transfers by snowflake-sdk before 3.0')
}

const answer = (transfer: Transfer): StatementResult => ({
  type: 'select',
  columns: [],
  rows: [],
  rowCount: 0,
  transfer,
})

/** PUT file://… @stage[/path]: lets the driver send files to below the path. */
export const runPut = async (execution: Execution): Promise<StatementResult> => {
  requireAddressing(execution)
  const { account, session, source } = execution
  const { file, location, options } = readCommand(source, 'file')
  const place = parseStageLocation(location)
  const stage = requireStage(execution, place, 'WRITE')
  const prefix = place.path === '' || place.path.endsWith('/') ? place.path : `${place.path}/`
  const overwrite = isTrue(options, 'OVERWRITE', false)
  return answer({
    command: 'UPLOAD',
    sourceLocations: [file],
    localLocation: null,
    location: `${transferBucket}/${prefix}`,
    token: account.stages.grants.issue({
      session,
      stage: stage.key,
      mode: 'upload',
      prefix,
      paths: new Set(),
      overwrite,
    }),
    autoCompress: isTrue(options, 'AUTO_COMPRESS', true),
    sourceCompression: (options.get('SOURCE_COMPRESSION') ?? 'AUTO_DETECT').toLowerCase(),
    overwrite,
    parallel: parallel(options),
  })
}

/** GET @stage[/path] file://…: lets the driver fetch the files of which the path is the name or its beginning. */
export const runGet = async (execution: Execution): Promise<StatementResult> => {
  requireAddressing(execution)
  const { account, session, source } = execution
  const { file, location, options } = readCommand(source, 'stage')
  const place = parseStageLocation(location)
  const stage = requireStage(execution, place, 'READ')
  const paths = account.stages.files.list(stage.key, place.path).map(({ path }) => path)
  return answer({
    command: 'DOWNLOAD',
    sourceLocations: paths,
    localLocation: file,
    location: `${transferBucket}/`,
    token: account.stages.grants.issue({
      session,
      stage: stage.key,
      mode: 'download',
      prefix: '',
      paths: new Set(paths),
      overwrite: false,
    }),
    autoCompress: false,
    sourceCompression: 'none',
    overwrite: false,
    parallel: parallel(options),
  })
}
