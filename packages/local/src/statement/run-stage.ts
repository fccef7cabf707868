import { stageSecurable } from '../access/access-control.ts'
import { displayName, displayObject } from '../dictionary/identifier.ts'
import { objectExists, unsupported } from '../snowflake-error.ts'
import { defaultFormat, type FileFormat, readFileFormat } from '../stage/file-format.ts'
import { temporaryStageKey } from '../stage/stage.ts'
import { parseStageLocation } from '../stage/stage-location.ts'
import { changeStructure, giveOwnership, requireOnSchema } from './ddl.ts'
import type { Execution } from './execution.ts'
import { findNamedStage, requireStage, stageNotFound } from './find-stage.ts'
import { listResult, type StatementResult, statusResult } from './statement-result.ts'
import { TokenReader } from './token-reader.ts'

/** CREATE [OR REPLACE] [TEMPORARY] STAGE [IF NOT EXISTS] name [FILE_FORMAT = (…)] [COMMENT = '…']. */
export const createStage = async (execution: Execution): Promise<StatementResult> => {
  const { account, session } = execution
  const reader = new TokenReader(execution.tokens)
  reader.expect('CREATE')
  const replace = reader.take('OR', 'REPLACE')
  const temporary = reader.take('TEMPORARY') || reader.take('TEMP')
  reader.expect('STAGE')
  const optional = reader.take('IF', 'NOT', 'EXISTS')
  const name = account.qualify(session, reader.nameParts())
  const { format, comment } = readStageOptions(reader)
  requireOnSchema(execution, 'CREATE STAGE', name)
  // As for a table: a name may be a temporary stage's and another one's at once.
  const existing = temporary
    ? (session.temporaryStages.get(displayObject(name)) ?? null)
    : account.stages.find(name)
  if (existing && optional) return statusResult('ddl', `${name.name} already exists, statement succeeded.`)
  if (existing && !replace) throw objectExists(displayObject(name))
  if (existing && !temporary)
    requireStage(execution, { kind: 'named', nameParts: partsOf(name), path: '' }, 'OWNERSHIP')
  await changeStructure(execution, async () => undefined)
  const entry = { ...name, temporary, format, comment, createdAt: new Date() }
  if (temporary) {
    await account.stages.files.removeStages((key) => key === temporaryStageKey(session.id, name))
    session.temporaryStages.set(displayObject(name), entry)
  } else {
    await account.stages.drop(name)
    account.stages.put(entry)
    giveOwnership(execution, stageSecurable(name))
  }
  return statusResult('ddl', `Stage area ${name.name} successfully created.`)
}

const partsOf = ({ database, schema, name }: { database: string; schema: string; name: string }) => [
  database,
  schema,
  name,
]

const readStageOptions = (reader: TokenReader): { format: FileFormat; comment: string | null } => {
  let format = defaultFormat
  let comment: string | null = null
  while (reader.next) {
    const option = reader.name()
    reader.expect('=')
    if (option === 'FILE_FORMAT') format = readFileFormat(reader, format)
    else if (option === 'COMMENT') comment = reader.string()
    // Where the files lie is this server's own affair; both kinds of encryption are invisible to SQL.
    else if (option === 'ENCRYPTION') {
      reader.expect('(', 'TYPE', '=')
      reader.string()
      reader.expect(')')
    } else throw unsupported(`the stage option ${option}`)
  }
  return { format, comment }
}

/** DROP STAGE [IF EXISTS] name. */
export const dropStage = async (
  execution: Execution,
  parts: readonly string[],
  optional: boolean,
): Promise<StatementResult> => {
  const { account, session } = execution
  const name = account.qualify(session, parts)
  const entry = findNamedStage(execution, name)
  if (!entry && optional)
    return statusResult('ddl', 'Drop statement executed successfully (object already dropped).')
  if (!entry) throw stageNotFound(displayObject(name))
  requireStage(execution, { kind: 'named', nameParts: partsOf(name), path: '' }, 'OWNERSHIP')
  await changeStructure(execution, async () => undefined)
  if (entry.temporary) {
    session.temporaryStages.delete(displayObject(name))
    await account.stages.files.removeStages((key) => key === temporaryStageKey(session.id, name))
  } else {
    await account.stages.drop(name)
    account.access.forget(stageSecurable(name))
  }
  return statusResult('ddl', `${displayName(name.name)} successfully dropped.`)
}

/** `@stage/path`, written plainly or between single quotes. */
export const readLocation = (reader: TokenReader) => {
  const token = reader.advance()
  if (token.kind !== 'stage' && token.kind !== 'string') throw reader.unexpected(token)
  return parseStageLocation(token.value)
}

/** Snowflake: a path names a file, or the beginning of the names of several. */
const filesAt = (execution: Execution, verb: 'LIST' | 'REMOVE') => {
  const reader = new TokenReader(execution.tokens)
  reader.advance()
  const location = readLocation(reader)
  if (reader.take('PATTERN')) throw unsupported(`${verb} with a pattern`)
  reader.end()
  const stage = requireStage(execution, location, verb === 'LIST' ? 'READ' : 'WRITE')
  return { stage, files: execution.account.stages.files.list(stage.key, location.path) }
}

/** LIST @stage[/path]. */
export const runList = async (execution: Execution): Promise<StatementResult> => {
  const { stage, files } = filesAt(execution, 'LIST')
  return listResult(
    ['name', 'size', 'md5', 'last_modified'],
    files.map(({ path, size, md5, lastModified }) => [
      `${stage.shownPrefix}${path}`,
      String(size),
      md5,
      lastModified.toUTCString(),
    ]),
  )
}

/** REMOVE @stage[/path]. */
export const runRemove = async (execution: Execution): Promise<StatementResult> => {
  const { stage, files } = filesAt(execution, 'REMOVE')
  await execution.account.stages.files.remove(stage.key, files)
  return listResult(
    ['name', 'result'],
    files.map(({ path }) => [`${stage.shownPrefix}${path}`, 'removed']),
  )
}
