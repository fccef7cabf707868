import type { AnalyzedStatement } from '@snowfence/core'
import type { Json } from '../parser/node.ts'
import type { Aggregation } from '../resolve/aggregation.ts'
import { resolveQuery } from '../resolve/query.ts'
import type { StatementContext } from '../resolve/scope.ts'
import { writeColumn } from '../resolve/write-column.ts'
import { readingEffects, type StatementReport } from './statement-report.ts'

/** SELECT, VALUES, WITH and set operations. Reading INFORMATION_SCHEMA alone is a metadata read. */
export const summarizeQuery = (body: Json, context: StatementContext): StatementReport => {
  const { columns, origin, rowLimit } = resolveQuery(body, context, { parent: null, ctes: null })
  const effects = readingEffects(context.findings)
  return {
    kind: 'select',
    effects: effects.length === 0 ? ['select'] : effects,
    writes: [],
    outputs: columns.map(writeColumn),
    aggregation: origin.aggregation === null ? null : writeAggregation(origin.aggregation),
    rowLimit,
  }
}

const writeAggregation = ({
  minimumGroupSize,
  distinct,
  keys,
  ofWholeTable,
}: Aggregation): AnalyzedStatement['aggregation'] => ({
  minimumGroupSize,
  ...(distinct.length > 0 && {
    distinct: distinct.map(({ column, least }) => ({ column: column.name, least })),
  }),
  ...(keys.length > 0 && { keys: keys.map(({ name }) => name).sort() }),
  ...(ofWholeTable && { ofWholeTable }),
})
