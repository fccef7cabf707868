import type { Effect, StatementSummary } from '@snowfence/core'
import { isShownMetadata } from '@snowfence/sql'

/** What a statement says about itself, by what it did. Snowflake: the result columns of each command. */
const statusColumns: Partial<Record<Effect, RegExp>> = {
  insert: /^(number of rows inserted( into .+)?|file|status|rows_(parsed|loaded)|error_limit|errors_seen)$/i,
  update: /^number of (multi-joined )?rows updated$/i,
  delete: /^(number of rows deleted|name|result)$/i,
  merge: /^number of rows (inserted|updated|deleted)$/i,
  truncate: /^status$/i,
  create: /^status$/i,
  alter: /^status$/i,
  drop: /^status$/i,
  grant: /^status$/i,
  share: /^status$/i,
  session: /^status$/i,
  transaction: /^status$/i,
  export: /^(rows_unloaded|input_bytes|output_bytes|file_name|file_size|row_count)$/i,
  put: /^(source|target|sourceSize|targetSize|source_size|target_size|sourceCompression|targetCompression|source_compression|target_compression|status|message|encryption)$/i,
  get: /^(file|size|status|message|encryption)$/i,
}

/** Columns of a load that quote the data they stumbled over. */
const quotesData = /^first_error/i

export type StatusColumn = 'shown' | 'withheld'

/**
 * Whether a result column of a statement without outputs is the warehouse's own word about it: a count, a status.
 * Null for anything else, such as the rows that COPY … VALIDATION_MODE returns. Metadata has whatever columns it has,
 * of which those that tell of structure are shown.
 */
export const classifyStatusColumn = (
  { kind, effects }: Pick<StatementSummary, 'kind' | 'effects'>,
  name: string,
): StatusColumn | null => {
  if (effects.length > 0 && effects.every((effect) => effect === 'metadata'))
    return isShownMetadata(kind, name) ? 'shown' : 'withheld'
  if (effects.includes('insert') && quotesData.test(name)) return 'withheld'
  return effects.some((effect) => statusColumns[effect]?.test(name)) ? 'shown' : null
}
