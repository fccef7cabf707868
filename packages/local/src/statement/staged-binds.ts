import type { Binds } from '../query/query.ts'
import { unsupported } from '../snowflake-error.ts'
import { readCsv } from '../stage/read-csv.ts'
import { parseStageLocation } from '../stage/stage-location.ts'
import type { Execution } from './execution.ts'
import { requireStage } from './find-stage.ts'
import { readStagedText } from './load-table.ts'

/**
 * The binds of a bulk insert that a driver staged: CSV files `1`, `2`, … at a place of their own. All that is left of a
 * value's type is text.
 */
export const readStagedBinds = async (execution: Execution, bindStage: string): Promise<Binds> => {
  const location = parseStageLocation(bindStage)
  const stage = requireStage(execution, location, 'READ')
  const files = execution.account.stages.files
    .list(stage.key, `${location.path}/`)
    .sort((left, right) => Number(left.path.split('/').at(-1)) - Number(right.path.split('/').at(-1)))
  if (files.length === 0) throw unsupported('binds that were not staged')
  const texts = await Promise.all(files.map((file) => readStagedText(execution, file)))
  return texts.flatMap((text) =>
    readCsv(text, stage.format).map((row) => row.map((value) => ({ type: 'TEXT' as const, value }))),
  )
}
